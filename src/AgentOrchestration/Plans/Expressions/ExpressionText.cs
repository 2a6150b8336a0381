using System.Linq.Expressions;
using System.Text.RegularExpressions;
using AgentOrchestration.Plans.Diagnostics;

namespace AgentOrchestration.Plans.Expressions;

/// <summary>An expression as it is shown in an error: as it was written, without what the compiler has added for captured variables.</summary>
internal static partial class ExpressionText
{
    public static string Of(Expression expression) => Excerpt.Of(Captured().Replace(expression.ToString(), ""));

    [GeneratedRegex(@"value\([^()]*\)\.")]
    private static partial Regex Captured();
}
