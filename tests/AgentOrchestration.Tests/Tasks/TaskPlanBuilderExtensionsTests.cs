using System.Text.Json.Nodes;
using AgentOrchestration.Plans.Json;

namespace AgentOrchestration.Tests.Tasks;

public sealed class TaskPlanBuilderExtensionsTests
{
    [Fact]
    public void Add_AHandlerWithATypedInput_WritesNameAndArguments()
    {
        TaskPlan made = TaskPlan.Create(plan => plan.Add<Plot, Curve>(
            "plot",
            new Curve("x", DayOfWeek.Friday),
            after: [new SubtaskRef("before")],
            options: new() { Name = "n", Description = "d", EstimatedDuration = TimeSpan.FromSeconds(3), Resources = ResourceRequirements.Of("gpu", 1) }));

        Subtask subtask = Assert.Single(made.Subtasks);
        Assert.Equal(("plot", "plot_curve", "n", "d", TimeSpan.FromSeconds(3)), (subtask.Id, subtask.TaskType, subtask.Name, subtask.Description, subtask.EstimatedDuration));
        Assert.Equal("""{"label":"x","day":"Friday"}""", subtask.Arguments!.Value.GetRawText());
        Assert.Equal(["before"], subtask.DependsOn);
        Assert.Equal(ResourceRequirements.Of("gpu", 1), subtask.Resources);
    }

    [Fact]
    public void Add_AHandlerWithAnOutput_DependsOnIt()
    {
        TaskPlan made = TaskPlan.Create(plan => plan.Add<Plot>("plot", new JsonObject { ["label"] = plan.Add("a", "t").Output("/name") }));

        Assert.Equal(("plot_curve", "a"), (made.Subtasks[1].TaskType, Assert.Single(made.Subtasks[1].DependsOn)));
    }

    [Fact]
    public void Add_AHandlerWithoutInput_HasNone() => Assert.Null(TaskPlan.Create(plan => plan.Add<Plot>("plot")).Subtasks[0].Arguments);

    [Fact]
    public void Add_AClassWithoutTheAttribute_NamesIt()
    {
        ArgumentException refusal = Assert.Throws<ArgumentException>(() => TaskPlan.Create(plan => plan.Add<Unmarked>("plot")));

        Assert.Contains(nameof(Unmarked), refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Add_AnInputThatCannotBeWritten_NamesTheSubtask()
    {
        NotSupportedException typed = Assert.Throws<NotSupportedException>(() => TaskPlan.Create(plan => plan.Add<Plot, Stream>("plot", Stream.Null)));
        NotSupportedException json = Assert.Throws<NotSupportedException>(() => TaskPlan.Create(plan => plan.Add("plot", "plot_curve", new JsonObject { ["label"] = JsonValue.Create(double.NaN) })));

        Assert.All([typed, json], refusal => Assert.StartsWith("The input of the subtask 'plot' cannot be written as JSON", refusal.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void Add_AnInputOfWhichTheContextKnowsNothing_NamesTheAttribute()
    {
        NotSupportedException refusal = Assert.Throws<NotSupportedException>(() => TaskPlan.Create(
            plan => plan.Add<Plot, Dictionary<string, int?[]>>("plot", []), PlanJsonContext.Default.Options));

        Assert.Contains("[JsonSerializable(typeof(System.Collections.Generic.Dictionary<string, int?[]>))]", refusal.Message, StringComparison.Ordinal);
    }

    private sealed record Curve(string Label, DayOfWeek Day);

    [TaskType("plot_curve")]
    private sealed class Plot : ITaskHandler<Curve, None>
    {
        public ValueTask<None> ExecuteAsync(Curve input, TaskContext context, CancellationToken cancellationToken) => ValueTask.FromResult(None.Value);
    }

    private sealed class Unmarked : ITaskHandler<None, None>
    {
        public ValueTask<None> ExecuteAsync(None input, TaskContext context, CancellationToken cancellationToken) => ValueTask.FromResult(None.Value);
    }
}
