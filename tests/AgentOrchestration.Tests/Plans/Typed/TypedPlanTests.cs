using AgentOrchestration.Plans;
using AgentOrchestration.Plans.Json;
using AgentOrchestration.Tasks;
using AgentOrchestration.Tests.Execution;
using Microsoft.Extensions.DependencyInjection;
using static AgentOrchestration.Tests.Plans.Typed.Sales;

namespace AgentOrchestration.Tests.Plans.Typed;

public sealed class TypedPlanTests
{
    [Fact]
    public async Task A_typed_plan_runs_and_its_outputs_have_their_types()
    {
        await using Engine engine = Create();
        SubtaskRef<string> merged = null!;
        SubtaskRef<int> count = null!;
        SubtaskRef<IReadOnlyList<decimal>> checks = null!;
        SubtaskRef<IReadOnlyList<string>> scores = null!;
        SubtaskRef<DateTimeOffset> now = null!;

        RunResult result = await engine.RunAsync(plan =>
        {
            int year = 2026;
            SubtaskRef<Table> sales = plan.Add<ReadTable>("sales").With(new CsvFile("sales.csv"));
            SubtaskRef<Table> costs = plan.Add<ReadTable>("costs", after: [sales]).With(new("costs.csv"));
            SubtaskRef<double> number = plan.Add<Doubles>("number").With(1);
            merged = plan.Add<Merge>("merged").With(outputs => new MergeInput(outputs.Of(sales).Rows, outputs.Of(costs), year)
            {
                Best = outputs.Of(sales.Output(table => table.Rows))[1],
                Rate = outputs.Of(number),
                Notes = new List<string> { outputs.Of(costs).Title, "end" },
            });
            count = plan.Add<Count>("count").With(sales.Output(table => table.Rows));
            checks = plan.Add<CheckRow>("checks").ForEach(sales.Output(table => table.Rows));
            scores = plan.Add<Score>("scores").ForEach(sales.Output(table => table.Rows), (row, outputs) => new ScoreInput(row.Region, row.Amount, outputs.Of(count)));
            now = plan.Add<Clock>("now").WithoutInput();
        });

        Assert.Equal(RunOutcome.Succeeded, result.Outcome);
        Assert.Equal("2026: 2 rows, costs.csv, best south, 2, costs.csv+end", result.GetOutput(merged));
        Assert.Equal(2, result.GetOutput(count));
        Assert.Equal([20m, 40m], result.GetOutput(checks));
        Assert.Equal(["north 10 2", "south 20 2"], result.GetOutput(scores));
        Assert.Equal(DateTimeOffset.UnixEpoch, result.GetOutput(now));
        Assert.Equal("sales.csv", result.GetOutput<Table>(new SubtaskRef("sales")).Title);
    }

    [Fact]
    public async Task A_list_whose_items_may_fail_has_the_result_of_each()
    {
        await using Engine engine = Create();
        SubtaskRef<IReadOnlyList<ItemResult<decimal>>> checks = null!;

        RunResult result = await engine.RunAsync(plan =>
            checks = plan.Add<CheckRow>("checks").ForEach([new Row("north", 10), new("south", -1)], ItemFailurePolicy.Continue));

        IReadOnlyList<ItemResult<decimal>> results = result.GetOutput(checks);
        Assert.Equal(20m, results[0].Output);
        Assert.Equal("negative", results[1].Error!.Message);
    }

    [Fact]
    public async Task A_delegate_has_its_types_in_a_plan()
    {
        var total = new TaskType<IReadOnlyList<Row>, decimal>("total");
        await using Engine engine = new(builder => builder
            .AddTaskType<ReadTable>()
            .AddTaskType(total.Name, "Adds up rows.", (IReadOnlyList<Row> rows) => rows.Sum(row => row.Amount)));
        SubtaskRef<decimal> sum = null!;

        RunResult result = await engine.RunAsync(plan => sum = plan.Add("sum", total)
            .With(plan.Add<ReadTable>("sales").With(new CsvFile("sales.csv")).Output(table => table.Rows)));

        Assert.Equal(30m, result.GetOutput(sum));
    }

    [Fact]
    public async Task A_delegate_that_takes_something_else_is_refused_at_the_start()
    {
        await using Engine engine = new(builder => builder.AddTaskType("total", "Adds up a number.", (int number) => number));

        InvalidPlanException error = await Assert.ThrowsAsync<InvalidPlanException>(() =>
            engine.RunAsync(plan => plan.Add("sum", new TaskType<Row, decimal>("total")).With(new Row("north", 10))));

        Assert.Equal(PlanDiagnosticCode.InvalidArguments, Assert.Single(error.Diagnostics).Code);
    }

    [Fact]
    public void A_task_type_has_a_valid_name() =>
        Assert.Contains("1 to 64", Assert.Throws<ArgumentException>(() => new TaskType<Row, decimal>("no name")).Message, StringComparison.Ordinal);

    [Fact]
    public void The_subtask_has_name_input_options_and_dependencies()
    {
        Subtask subtask = TaskPlan.Create(plan =>
        {
            SubtaskRef<Table> sales = plan.Add<ReadTable>("sales").With(new CsvFile("s"));
            plan.Add<Count>("count", after: [new SubtaskRef("before")], options: new() { Name = "n", Resources = ResourceRequirements.Of("gpu", 1), Optional = [sales] })
                .With(sales.Output(table => table.Rows));
        }).Subtasks[1];

        Assert.Equal(("count", "count", "n"), (subtask.Id, subtask.TaskType, subtask.Name));
        Assert.Equal("""{"$output":"sales/rows"}""", subtask.Arguments!.Value.GetRawText());
        Assert.Equal(["before"], subtask.DependsOn);
        Assert.Equal(["sales"], subtask.OptionalDependsOn);
        Assert.Equal(ResourceRequirements.Of("gpu", 1), subtask.Resources);
    }

    [Fact]
    public void A_value_is_written_with_the_options_of_the_plan_and_null_is_no_input()
    {
        Assert.Equal("""{"path":"x"}""", InputOf(plan => plan.Add<ReadTable>("a").With(new CsvFile("x"))));
        Assert.Equal("1", InputOf(plan => plan.Add<Doubles>("a").With(1)));
        Assert.Null(InputOf(plan => plan.Add<TextOrNull>("a").With((string?)null)));
        Assert.Null(InputOf(plan => plan.Add<Clock>("a")));
    }

    [Fact]
    public void A_reference_is_one_also_where_anything_is_an_input()
    {
        Assert.Equal("""{"$output":"s"}""", InputOf(plan => plan.Add<Anything>("a").With(plan.Add<ReadTable>("s").With(new CsvFile("x")))));
        Assert.Equal("""{"$output":"s/heading"}""", InputOf(plan => plan.Add<Anything>("a").With(plan.Add<ReadTable>("s").With(new CsvFile("x")).Output(table => table.Title))));
    }

    [Fact]
    public void The_items_of_a_list_are_inputs_or_what_they_are_made_of()
    {
        Assert.Equal("""[{"region":"north","amount":1,"day":null}]""", TaskPlan.Create(plan => plan.Add<CheckRow>("a").ForEach([new Row("north", 1)])).Subtasks[0].Items!.Value.GetRawText());

        Subtask scores = TaskPlan.Create(plan =>
        {
            SubtaskRef<Table> sales = plan.Add<ReadTable>("sales").With(new CsvFile("x"));
            plan.Add<Score>("scores").ForEach(sales.Output(table => table.Rows), (row, outputs) => new ScoreInput(row.Region, row.Amount, outputs.Of(sales).Totals["all"]));
        }).Subtasks[1];

        Assert.Equal("""{"region":{"$item":"/region"},"amount":{"$item":"/amount"},"year":{"$output":"sales/totals/all"}}""", scores.Arguments!.Value.GetRawText());
        Assert.Equal(new SubtaskOutput("sales", "/rows"), scores.ForEach);
        Assert.Equal(["sales"], scores.DependsOn);
    }

    [Fact]
    public void Subtasks_come_after_a_typed_one()
    {
        TaskPlan plan = TaskPlan.Create(plan =>
        {
            NewSubtask<Clock> clock = plan.Add<Clock>("clock");
            SubtaskRef<Table> sales = plan.Add<ReadTable>("sales").With(new CsvFile("x"));
            plan.Add("last", "any", input: sales.Output(), after: [clock, sales], options: new() { When = new SubtaskCondition(sales.Output(table => table.Title), ConditionOperator.Exists) });
        });

        Assert.Equal(["clock", "sales"], plan.Subtasks[2].DependsOn);
        Assert.Equal("/heading", plan.Subtasks[2].Condition!.Output.Path);
    }

    [Fact]
    public void What_cannot_be_is_refused()
    {
        Assert.Contains("Unmarked", Assert.Throws<ArgumentException>(() => TaskPlan.Create(plan => plan.Add<Unmarked>("a"))).Message, StringComparison.Ordinal);
        Assert.StartsWith(
            "The input of the subtask 'a' cannot be written as JSON",
            Assert.Throws<NotSupportedException>(() => TaskPlan.Create(plan => plan.Add<TakesStream>("a").With(Stream.Null))).Message, StringComparison.Ordinal);
        Assert.Contains(
            "[JsonSerializable(typeof(AgentOrchestration.Tests.Plans.Typed.Sales.CsvFile))]",
            Assert.Throws<NotSupportedException>(() => TaskPlan.Create(plan => plan.Add<ReadTable>("a").With(new CsvFile("x")), PlanJsonContext.Default.Options)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>("options", () => TaskPlan.Create(plan => plan.Add<CheckRow>("a", options: new() { OnItemFailure = ItemFailurePolicy.Continue })));
        Assert.Throws<ArgumentException>("onItemFailure", () => TaskPlan.Create(plan => plan.Add<CheckRow>("a").ForEach([], ItemFailurePolicy.Fail)));
    }

    [Fact]
    public void A_subtask_has_one_input() => TaskPlan.Create(plan =>
    {
        NewSubtask<ReadTable> sales = plan.Add<ReadTable>("sales");
        sales.With(new CsvFile("x"));

        Assert.Contains("'sales' has an input already", Assert.Throws<InvalidOperationException>(() => sales.With(new CsvFile("y"))).Message, StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(() => sales.ForEach([new CsvFile("y")]));
    });

    private static string? InputOf(Action<TaskPlanBuilder> build) => TaskPlan.Create(build).Subtasks.Single(subtask => subtask.Id == "a").Arguments?.GetRawText();

    [Fact]
    public async Task Outputs_have_their_types_also_when_another_process_reads_the_run()
    {
        var host = new DurableHost(Register);
        SubtaskRef<Table> sales = null!;
        SubtaskRef<IReadOnlyList<decimal>> checks = null!;
        SubtaskRef<IReadOnlyList<ItemResult<decimal>>> results = null!;
        TaskPlan plan = TaskPlan.Create(plan =>
        {
            sales = plan.Add<ReadTable>("sales").With(new CsvFile("sales.csv"));
            checks = plan.Add<CheckRow>("checks").ForEach(sales.Output(table => table.Rows));
            results = plan.Add<CheckRow>("results").ForEach([new Row("north", 10), new("south", -1)], ItemFailurePolicy.Continue);
        });
        string runId;
        await using (ServiceProvider process = host.NewProcess())
        {
            await using OrchestrationRun run = await DurableHost.OrchestratorOf(process).StartAsync(plan, TestContext.Current.CancellationToken);
            Check(await run.EndAsync());
            runId = run.RunId;
        }

        Check(await host.ResumeToEndAsync(runId));

        void Check(RunResult result)
        {
            Assert.Equal([10m, 20m], result.GetOutput(sales).Rows.Select(row => row.Amount));
            Assert.Equal([20m, 40m], result.GetOutput(checks));
            Assert.Equal(20m, result.GetOutput(results)[0].Output);
            Assert.Equal("negative", result.GetOutput(results)[1].Error!.Message);
        }
    }

    [Fact]
    public async Task An_output_that_is_not_there_is_refused_by_the_id_of_its_subtask()
    {
        await using Engine engine = Create();
        SubtaskRef<decimal> failed = null!;
        SubtaskRef<double> skipped = null!;
        RunResult result = await engine.RunAsync(plan =>
        {
            failed = plan.Add<CheckRow>("failed").With(new Row("south", -1));
            skipped = plan.Add<Doubles>("skipped", after: [failed]).With(1);
        });
        SubtaskRef<double> foreign = null!;
        TaskPlan.Create(plan => foreign = plan.Add<Doubles>("foreign").With(1));

        Assert.Contains("'failed' has no output: it is Failed", Assert.Throws<InvalidOperationException>(() => result.GetOutput(failed)).Message, StringComparison.Ordinal);
        Assert.Contains("'skipped' has no output: it is Skipped", Assert.Throws<InvalidOperationException>(() => result.GetOutput(skipped)).Message, StringComparison.Ordinal);
        Assert.Contains("'foreign'", Assert.Throws<KeyNotFoundException>(() => result.GetOutput(foreign)).Message, StringComparison.Ordinal);
    }

    private static Engine Create() => new(Register);

    private static void Register(IAgentOrchestrationBuilder builder) => builder
        .AddTaskType<ReadTable>().AddTaskType<Merge>().AddTaskType<Count>().AddTaskType<CheckRow>().AddTaskType<Score>().AddTaskType<Clock>().AddTaskType<Doubles>();
}
