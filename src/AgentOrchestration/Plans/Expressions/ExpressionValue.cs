using System.Collections.ObjectModel;
using System.Globalization;
using System.Linq.Expressions;
using System.Reflection;

namespace AgentOrchestration.Plans.Expressions;

/// <summary>
/// Reads the value of an expression that is known when the plan is built: a constant, a captured variable, a field, a property, or an object made
/// of such. Nothing is compiled.
/// </summary>
internal static class ExpressionValue
{
    /// <returns>Whether the value is known. Code of the application that it reads, such as a property, may throw.</returns>
    public static bool TryRead(Expression expression, out object? value)
    {
        switch (expression)
        {
            case ConstantExpression constant:
                value = constant.Value;
                return true;
            case MemberExpression { Expression: null } member:
                value = Get(member.Member, owner: null);
                return true;
            case MemberExpression member when TryRead(member.Expression!, out object? owner):
                value = Get(member.Member, owner ?? throw new ArgumentException($"'{ExpressionText.Of(member.Expression!)}' is null."));
                return true;
            case NewExpression { Constructor: { } constructor } made when TryReadAll(made.Arguments, out object?[] arguments):
                value = constructor.Invoke(BindingFlags.DoNotWrapExceptions, binder: null, arguments, CultureInfo.InvariantCulture);
                return true;
            case UnaryExpression conversion when Conversions.IsLossless(conversion) && TryRead(conversion.Operand, out object? operand):
                value = Conversions.Convert(operand, conversion.Type);
                return true;
            default:
                value = null;
                return false;
        }
    }

    private static bool TryReadAll(ReadOnlyCollection<Expression> expressions, out object?[] values)
    {
        values = new object?[expressions.Count];
        for (int i = 0; i < values.Length; i++)
        {
            if (!TryRead(expressions[i], out values[i]))
            {
                return false;
            }
        }

        return true;
    }

    private static object? Get(MemberInfo member, object? owner) => member is FieldInfo field
        ? field.GetValue(owner)
        : ((PropertyInfo)member).GetValue(owner, BindingFlags.DoNotWrapExceptions, binder: null, index: null, CultureInfo.InvariantCulture);
}
