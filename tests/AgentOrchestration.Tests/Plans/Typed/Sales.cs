using System.Text.Json.Serialization;

namespace AgentOrchestration.Tests.Plans.Typed;

/// <summary>Handlers and payloads of a small report, for plans whose types are checked.</summary>
internal static class Sales
{
    public sealed record CsvFile(string Path);

    public sealed record Row(string Region, decimal Amount, DateOnly? Day = null);

    public sealed record Table(List<Row> Rows, Dictionary<string, int> Totals)
    {
        [JsonPropertyName("heading")]
        public string Title { get; init; } = "";

        [JsonIgnore]
        public int Secret => 42;
    }

    public sealed record MergeInput(IReadOnlyList<Row> Sales, Table Costs, int Year)
    {
        public Row? Best { get; init; }

        public double Rate { get; set; }

        public List<string> Notes { get; init; } = [];
    }

    public sealed record ScoreInput(string Region, decimal Amount, int Year);

    [TaskType("read_table", Effect = TaskEffect.Read)]
    public sealed class ReadTable : ITaskHandler<CsvFile, Table>
    {
        public ValueTask<Table> ExecuteAsync(CsvFile input, TaskContext context, CancellationToken cancellationToken) =>
            ValueTask.FromResult(new Table([new Row("north", 10), new Row("south", 20)], new() { ["all"] = 30 }) { Title = input.Path });
    }

    [TaskType("merge", Effect = TaskEffect.Pure)]
    public sealed class Merge : ITaskHandler<MergeInput, string>
    {
        public ValueTask<string> ExecuteAsync(MergeInput input, TaskContext context, CancellationToken cancellationToken) => ValueTask.FromResult(
            FormattableString.Invariant($"{input.Year}: {input.Sales.Count} rows, {input.Costs.Title}, best {input.Best?.Region}, {input.Rate}, {string.Join('+', input.Notes)}"));
    }

    [TaskType("count", Effect = TaskEffect.Pure)]
    public sealed class Count : ITaskHandler<IReadOnlyList<Row>, int>
    {
        public ValueTask<int> ExecuteAsync(IReadOnlyList<Row> input, TaskContext context, CancellationToken cancellationToken) => ValueTask.FromResult(input.Count);
    }

    [TaskType("check_row", Effect = TaskEffect.Pure)]
    public sealed class CheckRow : ITaskHandler<Row, decimal>
    {
        public ValueTask<decimal> ExecuteAsync(Row input, TaskContext context, CancellationToken cancellationToken) =>
            input.Amount < 0 ? throw new TaskFailedException("negative") : ValueTask.FromResult(input.Amount * 2);
    }

    [TaskType("score", Effect = TaskEffect.Pure)]
    public sealed class Score : ITaskHandler<ScoreInput, string>
    {
        public ValueTask<string> ExecuteAsync(ScoreInput input, TaskContext context, CancellationToken cancellationToken) =>
            ValueTask.FromResult(FormattableString.Invariant($"{input.Region} {input.Amount} {input.Year}"));
    }

    [TaskType("clock", Effect = TaskEffect.Read)]
    public sealed class Clock : ITaskHandler<None, DateTimeOffset>
    {
        public ValueTask<DateTimeOffset> ExecuteAsync(None input, TaskContext context, CancellationToken cancellationToken) => ValueTask.FromResult(DateTimeOffset.UnixEpoch);
    }

    [TaskType("text_or_null", Effect = TaskEffect.Pure)]
    public sealed class TextOrNull : ITaskHandler<string?, string>
    {
        public ValueTask<string> ExecuteAsync(string? input, TaskContext context, CancellationToken cancellationToken) => ValueTask.FromResult(input ?? "null");
    }

    [TaskType("anything", Effect = TaskEffect.Pure)]
    public sealed class Anything : ITaskHandler<object, None>
    {
        public ValueTask<None> ExecuteAsync(object input, TaskContext context, CancellationToken cancellationToken) => ValueTask.FromResult(None.Value);
    }

    [TaskType("stream", Effect = TaskEffect.Pure)]
    public sealed class TakesStream : ITaskHandler<Stream, None>
    {
        public ValueTask<None> ExecuteAsync(Stream input, TaskContext context, CancellationToken cancellationToken) => ValueTask.FromResult(None.Value);
    }

    [TaskType("double", Effect = TaskEffect.Pure)]
    public sealed class Doubles : ITaskHandler<double, double>
    {
        public ValueTask<double> ExecuteAsync(double input, TaskContext context, CancellationToken cancellationToken) => ValueTask.FromResult(2 * input);
    }

    public sealed class Unmarked : ITaskHandler<None, None>
    {
        public ValueTask<None> ExecuteAsync(None input, TaskContext context, CancellationToken cancellationToken) => ValueTask.FromResult(None.Value);
    }
}
