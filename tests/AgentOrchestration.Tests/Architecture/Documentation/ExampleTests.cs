using System.Globalization;
using System.Xml.Linq;
using AgentOrchestration.Tests.Tables;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace AgentOrchestration.Tests.Architecture.Documentation;

/// <summary>Every example of the documentation compiles against the library, within a setting that has what examples take for granted.</summary>
public sealed class ExampleTests
{
    [Fact]
    public void Every_example_compiles()
    {
        string[] failures =
        [
            .. from member in LibraryDocumentation.Members
               from code in member.Value.Descendants("example").Descendants("code")
               let errors = ErrorsOf((string)code)
               where errors.Length > 0
               select $"{member.Key}:\n  {string.Join("\n  ", errors)}",
        ];

        Assert.True(failures.Length == 0, string.Join('\n', failures));
    }

    [Theory]
    [InlineData("batch-endpoints.md")]
    [InlineData("durable-runs.md")]
    [InlineData("hedging.md")]
    [InlineData("processes.md")]
    public void Every_snippet_of_a_guide_compiles(string guide)
    {
        string text = File.ReadAllText(Path.Combine(Repository.Root, "samples", guide));
        string[] snippets = [.. text.Split("```csharp\n").Skip(1).Select(snippet => snippet.Split("```")[0])];
        string[] failures = [.. snippets.Select(snippet => (Code: snippet, Errors: ErrorsOf(snippet))).Where(found => found.Errors.Length > 0).Select(found => $"{found.Code}\n{string.Join("\n  ", found.Errors)}")];

        Assert.NotEmpty(snippets);
        Assert.True(failures.Length == 0, string.Join('\n', failures));
    }

    [Theory]
    [InlineData("run.WaitForever();", "WaitForever")]
    [InlineData("TaskPlan copy = TaskPlan.Create(plan => plan.Add<ReadTable>(\"sales\").With(42));", "CsvFile")]
    [InlineData("public sealed class Broken : ITaskHandler<string, int>;", "ExecuteAsync")]
    public void An_example_that_is_wrong_is_found(string code, string named) =>
        Assert.Contains(ErrorsOf(code), error => error.Contains(named, StringComparison.Ordinal));

    // In an example of a plan that is being built, plan is its builder.
    private static string[] ErrorsOf(string code)
    {
        string[] errors = ErrorsOf(code, parameters: "");
        return errors.Length == 0 || ErrorsOf(code, parameters: "TaskPlanBuilder plan").Length == 0 ? [] : errors;
    }

    private static string[] ErrorsOf(string code, string parameters)
    {
        SyntaxList<MemberDeclarationSyntax> members = SyntaxFactory.ParseCompilationUnit(code).Members;
        string statements = string.Concat(members.OfType<GlobalStatementSyntax>().Select(statement => statement.ToFullString()));
        string types = string.Concat(members.Where(member => member is not GlobalStatementSyntax).Select(member => member.ToFullString()));
        string[] sources =
        [
            ExampleSetting.Usings + ExampleSetting.Types,
            ExampleSetting.Usings + types,
            $"{ExampleSetting.Usings}public sealed class Example : Setting {{ public async Task RunAsync({parameters}) {{ await Task.CompletedTask;\n{statements}\n}} }}",
        ];
        return
        [
            .. LibraryDocumentation.Compilation
                .AddSyntaxTrees(sources.Select(source => CSharpSyntaxTree.ParseText(source, cancellationToken: TestContext.Current.CancellationToken)))
                .GetDiagnostics(TestContext.Current.CancellationToken)
                .Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error)
                .Select(diagnostic => diagnostic.GetMessage(CultureInfo.InvariantCulture)),
        ];
    }
}
