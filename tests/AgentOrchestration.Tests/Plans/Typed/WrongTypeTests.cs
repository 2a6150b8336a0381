using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace AgentOrchestration.Tests.Plans.Typed;

/// <summary>Compiles statements against the library: what the types of a handler do not allow is an error of the compiler, not of a run.</summary>
public sealed class WrongTypeTests
{
    private const string Before = """
        using System.Collections.Generic;
        using System.Threading;
        using System.Threading.Tasks;
        using AgentOrchestration;
        using AgentOrchestration.Plans;
        using AgentOrchestration.Tasks;

        public sealed record CsvFile(string Path);
        public sealed record Row(int Amount);
        public sealed record Table(List<Row> Rows, string Title);
        public sealed record MergeInput(IReadOnlyList<Row> Sales, Table Costs, int Year);

        [TaskType("read")]
        public sealed class Read : ITaskHandler<CsvFile, Table>
        {
            public ValueTask<Table> ExecuteAsync(CsvFile input, TaskContext context, CancellationToken cancellationToken) => default;
        }

        [TaskType("merge")]
        public sealed class Merge : ITaskHandler<MergeInput, int>
        {
            public ValueTask<int> ExecuteAsync(MergeInput input, TaskContext context, CancellationToken cancellationToken) => default;
        }

        [TaskType("check")]
        public sealed class Check : ITaskHandler<Row, bool>
        {
            public ValueTask<bool> ExecuteAsync(Row input, TaskContext context, CancellationToken cancellationToken) => default;
        }

        public static class Program
        {
            private static readonly TaskType<Table, string> Summarize = new("summarize");

            public static void Build(TaskPlanBuilder plan, RunResult result)
            {
                SubtaskRef<Table> sales = plan.Add<Read>("sales").With(new CsvFile("sales.csv"));

        """;

    private static readonly Lazy<CSharpCompilation> Library = new(() => CSharpCompilation.Create(
        "Snippet",
        references: ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator).Select(path => MetadataReference.CreateFromFile(path)),
        options: new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable)));

    [Theory]
    [InlineData("""plan.Add<Read>("x").With(new("costs.csv"));""")]
    [InlineData("""plan.Add<Check>("x").With(sales.Output(table => table.Rows[0]));""")]
    [InlineData("""plan.Add<Check>("x").ForEach(sales.Output(table => table.Rows));""")]
    [InlineData("""plan.Add<Check>("x").ForEach([new Row(1), new(2)]);""")]
    [InlineData("""plan.Add<Merge>("x").With(outputs => new MergeInput(outputs.Of(sales).Rows, outputs.Of(sales), 2026));""")]
    [InlineData("""SubtaskRef<string> text = plan.Add("x", Summarize).With(sales);""")]
    [InlineData("""SubtaskRef<IReadOnlyList<string>> texts = plan.Add("x", Summarize, after: [plan.Add("y", Summarize)]).ForEach([new Table([], "costs")]);""")]
    [InlineData("""IReadOnlyList<Row> rows = result.GetOutput(sales).Rows;""")]
    public void A_right_input_compiles(string statement) => Assert.Empty(ErrorsOf(statement));

    [Theory]
    [InlineData("""plan.Add<Read>("x").With(42);""", "CsvFile")]
    [InlineData("""plan.Add<Read>("x").With("text");""", "CsvFile")]
    [InlineData("""plan.Add<Read>("x").With(sales);""", "CsvFile")]
    [InlineData("""plan.Add<Read>("x").With(sales.Output(table => table.Title));""", "CsvFile")]
    [InlineData("""plan.Add<Read>("x").With(outputs => outputs.Of(sales));""", "CsvFile")]
    [InlineData("""plan.Add<Read>("x").WithoutInput();""", "None")]
    [InlineData("""plan.Add<Merge>("x").With(outputs => new MergeInput(outputs.Of(sales), outputs.Of(sales), 2026));""", "Table")]
    [InlineData("""plan.Add<Check>("x").ForEach(sales);""", "Row")]
    [InlineData("""plan.Add<Check>("x").ForEach(new[] { 1 });""", "Row")]
    [InlineData("""plan.Add<Check>("x").ForEach(sales.Output(table => table.Rows), (row, outputs) => row.Amount);""", "Row")]
    [InlineData("""sales.Output(table => table.Lines);""", "Lines")]
    [InlineData("""SubtaskRef<string> text = plan.Add<Read>("x").With(new CsvFile("x"));""", "string")]
    [InlineData("""string text = result.GetOutput(sales);""", "string")]
    [InlineData("""plan.Add("x", Summarize).With(42);""", "Table")]
    [InlineData("""SubtaskRef<int> text = plan.Add("x", Summarize).With(sales);""", "int")]
    [InlineData("""plan.Add<CsvFile>("x");""", "CsvFile")]
    public void A_wrong_one_does_not(string statement, string named)
    {
        string[] errors = ErrorsOf(statement);

        Assert.Contains(errors, error => error.Contains(named, StringComparison.Ordinal));
    }

    private static string[] ErrorsOf(string statement) =>
    [
        .. Library.Value
            .AddSyntaxTrees(CSharpSyntaxTree.ParseText($"{Before}{statement}\n}}\n}}", cancellationToken: TestContext.Current.CancellationToken))
            .GetDiagnostics(TestContext.Current.CancellationToken)
            .Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error)
            .Select(diagnostic => diagnostic.GetMessage(System.Globalization.CultureInfo.InvariantCulture)),
    ];
}
