using System.Text.Json;
using System.Text.Json.Nodes;
using AgentOrchestration.Graph;
using AgentOrchestration.Graph.Binding;
using AgentOrchestration.Graph.Checking;
using AgentOrchestration.Graph.Growth;
using AgentOrchestration.Plans;
using AgentOrchestration.Resources;

namespace AgentOrchestration.Tests.Graph.Checking;

public sealed class PlanCheckerTests
{
    /// <summary>What one plan cannot show beside the others.</summary>
    private static readonly PlanDiagnosticCode[] OfOtherTests =
    [
        PlanDiagnosticCode.Failed, PlanDiagnosticCode.UnsupportedVersion, PlanDiagnosticCode.PlanningBudget, PlanDiagnosticCode.More, PlanDiagnosticCode.MissingJsonMetadata, PlanDiagnosticCode.Malformed, PlanDiagnosticCode.TooLarge, PlanDiagnosticCode.Empty,
        PlanDiagnosticCode.InvalidPolicy, PlanDiagnosticCode.InvalidControl, PlanDiagnosticCode.NotAllowed, PlanDiagnosticCode.CutOff,
        PlanDiagnosticCode.ModelRefusal, PlanDiagnosticCode.ContentFilter, PlanDiagnosticCode.ToolCall, PlanDiagnosticCode.ReasoningOnly,
        PlanDiagnosticCode.UnsupportedResponseFormat, PlanDiagnosticCode.ContextTooLong, PlanDiagnosticCode.InvalidResponse,
        PlanDiagnosticCode.RuleFailed, PlanDiagnosticCode.NoAnswer, PlanDiagnosticCode.NotSupportedByExecutor, PlanDiagnosticCode.Improvable,
    ];

    [Fact]
    public void Check_ASoundPlan_IsAGraphInThePlansOrder()
    {
        TaskGraph graph = Checker.Accept(plan =>
        {
            SubtaskRef a = plan.Add("a", "make");
            SubtaskRef b = plan.Add("b", "move", input: a.Output());
            SubtaskRef c = plan.Add("c", "total", input: new JsonObject { ["items"] = new JsonArray(a.Output("/x"), 5) });
            plan.Add("d", "nothing", after: [c, b, c]);
        });

        Assert.Equal(["a", "b", "c", "d"], graph.Subtasks.Select(subtask => subtask.Id));
        Assert.Equal([[], [0], [0], [2, 1]], graph.Dependencies);
        Assert.Equal([1, 2], graph.Successors.Successors(0).ToArray());
        Assert.Equal(["make", "move", "total", "nothing"], graph.TaskTypes.Select(taskType => taskType.Name));
        Assert.Equal([new OutputSource(0, "/x") { RefusesNull = true }], graph.Part.Inputs[2]!.Sources);
        Assert.True(graph.Part.Inputs[1]!.IsOneOutput);
        Assert.Null(graph.Part.Inputs[3]);
    }

    [Fact]
    public void Check_NoSubtasks_IsEmpty() => AssertOnly(Checker.Refuse(_ => { }), PlanDiagnosticCode.Empty, "/subtasks", "no subtasks");

    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("é")]
    [InlineData("a/b")]
    public void Check_AnIllFormedId_IsInvalidId(string id) =>
        AssertOnly(Checker.Refuse(plan => plan.Add(id, "nothing")), PlanDiagnosticCode.InvalidId, "/subtasks/0/id", "1 to 64 of A-Z a-z 0-9 _ -", id);

    [Fact]
    public void Check_AnIdTwice_IsDuplicateIdAndNamesTheFirst() => AssertOnly(
        Checker.Refuse(plan =>
        {
            plan.Add("x", "nothing");
            plan.Add("a", "nothing");
            plan.Add("a", "nothing");
        }),
        PlanDiagnosticCode.DuplicateId, "/subtasks/2/id", "/subtasks/1", "a");

    [Fact]
    public void Check_IdsThatDifferInCase_AreTwoSubtasks() => Checker.Accept(plan =>
    {
        plan.Add("a", "nothing");
        plan.Add("A", "nothing");
    });

    [Fact]
    public void Check_ATaskTypeThatIsNotRegistered_NamesThoseThatAre() => AssertOnly(
        Checker.Refuse(plan => plan.Add("a", "sing")), PlanDiagnosticCode.UnknownTaskType, "/subtasks/0/type", "any, draw, family, label", "a");

    [Fact]
    public void Check_ADependencyThatIsNoSubtask_NamesIt() => AssertOnly(
        Checker.Refuse(plan => plan.Add("a", "nothing", after: [new SubtaskRef("ghost")])),
        PlanDiagnosticCode.UnknownDependency, "/subtasks/0/dependsOn/0", "'ghost'", "a");

    [Fact]
    public void Check_ASubtaskThatDependsOnItself_IsSelfDependencyAndNoCycle() => AssertOnly(
        Checker.Refuse(plan => plan.Add("a", "nothing", after: [new SubtaskRef("a")])),
        PlanDiagnosticCode.SelfDependency, "/subtasks/0/dependsOn/0", "itself", "a");

    [Fact]
    public void Check_ACircle_IsCycleWithItsPath() => AssertOnly(
        Checker.Refuse(plan =>
        {
            plan.Add("start", "nothing");
            plan.Add("a", "nothing", after: [new SubtaskRef("start"), new SubtaskRef("c")]);
            plan.Add("b", "nothing", after: [new SubtaskRef("a")]);
            plan.Add("c", "nothing", after: [new SubtaskRef("b")]);
            plan.Add("end", "nothing", after: [new SubtaskRef("c")]);
        }),
        PlanDiagnosticCode.Cycle, "/subtasks/1/dependsOn", "a → b → c → a", "a");

    [Fact]
    public void Check_SeveralCircles_TellsEachOnceAndByItsShortestWay()
    {
        IReadOnlyList<PlanDiagnostic> diagnostics = Checker.Refuse(plan =>
        {
            // One circle of two within one of four, and one of two apart.
            plan.Add("a", "nothing", after: [new SubtaskRef("b"), new SubtaskRef("d")]);
            plan.Add("b", "nothing", after: [new SubtaskRef("a")]);
            plan.Add("c", "nothing", after: [new SubtaskRef("b")]);
            plan.Add("d", "nothing", after: [new SubtaskRef("c")]);
            plan.Add("x", "nothing", after: [new SubtaskRef("y"), new SubtaskRef("a")]);
            plan.Add("y", "nothing", after: [new SubtaskRef("x")]);
        });

        Assert.Equal(
            ["'a': These subtasks depend on each other in a cycle: a → b → a.", "'x': These subtasks depend on each other in a cycle: x → y → x."],
            diagnostics.Select(diagnostic => diagnostic.Message));
    }

    [Fact]
    public void Check_AResourceWithoutAPool_NamesThePools() => AssertOnly(
        Checker.Refuse(plan => plan.Add("a", "nothing", options: new() { Resources = ResourceRequirements.Of("quantum", 1) })),
        PlanDiagnosticCode.UnknownResource, "/subtasks/0/resources", "cpu, gpu", "a");

    [Fact]
    public void Check_MoreThanThereIs_SaysHowMuchThereIs() => AssertOnly(
        Checker.Refuse(plan => plan.Add("a", "nothing", options: new() { Resources = ResourceRequirements.Of("cpu", Checker.Cpu + 1) })),
        PlanDiagnosticCode.ResourceNeedsAboveCapacity, "/subtasks/0/resources", $"It needs {Checker.Cpu + 1} of 'cpu', but there is {Checker.Cpu}", "a");

    [Fact]
    public void Check_AllThereIs_IsGranted()
    {
        TaskGraph graph = Checker.Accept(plan =>
        {
            plan.Add("a", "render", options: new() { Resources = ResourceRequirements.Of("cpu", Checker.Cpu) });
            plan.Add("b", "render", options: new() { Resources = ResourceRequirements.Of("gpu", Checker.Gpu) });
            plan.Add("c", "render");
        });

        Assert.Equal(
            ["4000 cpu, 1 gpu", "2 gpu", "1 gpu"],
            Enumerable.Range(0, 3).Select(subtask => graph.NeedVectors[graph.NeedVectorOf[subtask]].ToString()));
    }

    [Theory]
    [InlineData(-1L)]
    [InlineData(long.MinValue)]
    [InlineData(long.MaxValue)]
    public void Check_AnEstimateOutOfRange_IsInvalidEstimate(long ticks) => AssertOnly(
        Checker.Refuse(plan => plan.Add("a", "nothing", options: new() { EstimatedDuration = new TimeSpan(ticks) })),
        PlanDiagnosticCode.InvalidEstimate, "/subtasks/0/estimatedMinutes", $"{new TimeSpan(ticks)}", "a");

    [Fact]
    public void Check_AnEstimateOfZeroOrAYear_IsTaken() => Checker.Accept(plan =>
    {
        plan.Add("a", "nothing", options: new() { EstimatedDuration = TimeSpan.Zero });
        plan.Add("b", "nothing", options: new() { EstimatedDuration = TimeSpan.FromDays(366) });
    });

    [Fact]
    public void Check_EverythingIsWrong_TellsEverythingAtOnce()
    {
        IReadOnlyList<PlanDiagnostic> diagnostics = Checker.Refuse(plan =>
        {
            plan.Add("bad id", "nothing", after: [new SubtaskRef("ghost"), new SubtaskRef("bad id"), new SubtaskRef("phantom")]);
            plan.Add("twin", "sing", after: [new SubtaskRef("loop")]);
            plan.Add("twin", "move", input: new JsonObject { ["x"] = "one", ["z"] = 1 });
            plan.Add("loop", "nothing", after: [new SubtaskRef("twin")], options: new() { EstimatedDuration = TimeSpan.FromDays(-1) });
            plan.Add("greedy", "render", options: new() { Resources = ResourceRequirements.Of(new ResourceAmount("gpu", 9), new ResourceAmount("quantum", 1)) });
            plan.Add("point", "make");
            plan.Add("list", "total", input: new SubtaskRef("point").Output());
        });
        diagnostics = [.. diagnostics, .. Checker.Refuse(new TaskPlan
        {
            Subtasks =
            [
                new Subtask { Id = "point", TaskType = "make" },
                new Subtask { Id = "far", TaskType = "move", Arguments = JsonElement.Parse("""{"$output":"point"}""") },
            ],
        })];

        Assert.Equal(
            [
                "InvalidId /subtasks/0/id",
                "DuplicateId /subtasks/2/id",
                "UnknownDependency /subtasks/0/dependsOn/0",
                "SelfDependency /subtasks/0/dependsOn/1",
                "UnknownDependency /subtasks/0/dependsOn/2",
                "UnknownTaskType /subtasks/1/type",
                "InvalidEstimate /subtasks/3/estimatedMinutes",
                "ResourceNeedsAboveCapacity /subtasks/4/resources",
                "UnknownResource /subtasks/4/resources",
                "InvalidArguments /subtasks/2/arguments",
                "InvalidArguments /subtasks/2/arguments/x",
                "InvalidArguments /subtasks/2/arguments/z",
                "ReferenceTypeMismatch /subtasks/6/arguments",
                "Cycle /subtasks/1/dependsOn",
                "ReferenceToNoDependency /subtasks/1/arguments",
            ],
            diagnostics.Select(diagnostic => $"{diagnostic.Code} {diagnostic.Path}"));
        Assert.All(diagnostics, diagnostic => Assert.NotEmpty(diagnostic.Remedy));
        Assert.Equal(
            [.. Enum.GetValues<PlanDiagnosticCode>().Except(OfOtherTests)],
            diagnostics.Select(diagnostic => diagnostic.Code).Distinct().Order());
    }

    [Fact]
    public void Check_ThePlansListIsChangedLater_TheGraphIsNot()
    {
        List<Subtask> subtasks = [new Subtask { Id = "a", TaskType = "nothing" }];
        TaskGraph graph = Checker.Accept(new TaskPlan { Subtasks = subtasks });

        subtasks[0] = new Subtask { Id = "b", TaskType = "sing" };
        subtasks.Add(subtasks[0]);

        Assert.Equal("a", Assert.Single(graph.Subtasks).Id);
    }

    [Fact]
    public void Check_TheDocumentOfTheArgumentsIsDisposedLater_TheGraphStillHasThem()
    {
        TaskGraph graph;
        using (var document = JsonDocument.Parse("""{"x":1,"y":2}"""))
        {
            graph = Checker.Accept(new TaskPlan { Subtasks = [new Subtask { Id = "a", TaskType = "move", Arguments = document.RootElement }] });
        }

        Assert.Equal(2, graph.Part.Inputs[0]!.Arguments.GetProperty("y").GetInt32());
        Assert.Equal(2, graph.Subtasks[0].Arguments!.Value.GetProperty("y").GetInt32());
    }

    [Fact]
    public void Check_TheDocumentOfANestedPlanIsDisposedLater_TheGraphStillHasIt()
    {
        TaskGraph graph;
        using (var document = JsonDocument.Parse("""{"x":1,"y":2}"""))
        {
            graph = Checker.Accept(Nested(
                new Subtask { Id = "a", TaskType = "move", Arguments = document.RootElement },
                new Subtask { Id = "b", TaskType = "nothing", DependsOn = ["a"], Condition = new(new SubtaskOutput("a", "/x"), ConditionOperator.Equals) { Value = document.RootElement.GetProperty("x") } }));
        }

        IReadOnlyList<Subtask> nested = graph.Subtasks[0].Plan!.Subtasks;
        Assert.Equal((2, 1), (nested[0].Arguments!.Value.GetProperty("y").GetInt32(), nested[1].Condition!.Value!.Value.GetInt32()));
    }

    [Fact]
    public void Check_TheDocumentOfMoreOfAPlanIsDisposedLater_TheGraphStillHasIt()
    {
        var checker = new PlanChecker(Checker.TaskTypes, Checker.Pools, Checker.Serializer);
        GraphGrowth? growth;
        using (var document = JsonDocument.Parse("""{"x":1,"y":2}"""))
        {
            var more = new TaskPlan { Subtasks = [new Subtask { Id = "a", TaskType = "move", Arguments = document.RootElement }] };
            growth = checker.CheckMoreOfPlan(more, new GrowingGraph(checker.Nothing("")), out _);
        }

        Assert.Equal(2, growth!.Part.Subtasks[0].Arguments!.Value.GetProperty("y").GetInt32());
    }

    [Fact]
    public void Check_MistakesWithinANestedPlan_NameItsOwnSubtasks()
    {
        IReadOnlyList<PlanDiagnostic> diagnostics = Checker.Refuse(Nested(
            new Subtask { Id = "a", TaskType = "nothing", DependsOn = ["b"] },
            new Subtask { Id = "b", TaskType = "nothing", DependsOn = ["a"] },
            new Subtask { Id = "b", TaskType = "nothing" }));

        Assert.Contains("The subtask /subtasks/0/plan/subtasks/1 has the same id", diagnostics[0].Message, StringComparison.Ordinal);
        Assert.Equal("Remove one of these dependencies: /subtasks/0/plan/subtasks/1/dependsOn/0, /subtasks/0/plan/subtasks/0/dependsOn/0.", diagnostics[1].Remedy);
    }

    [Fact]
    public void Check_NoPlan_IsRefused() => Assert.Throws<ArgumentNullException>("plan", () => Checker.Check(null!, out _));

    private static TaskPlan Nested(params Subtask[] subtasks) =>
        new() { Subtasks = [new Subtask { Id = "p", TaskType = Subtask.NestedPlan, Plan = new TaskPlan { Subtasks = subtasks } }] };

    private static void AssertOnly(IReadOnlyList<PlanDiagnostic> diagnostics, PlanDiagnosticCode code, string path, string says, string? subtaskId = null)
    {
        PlanDiagnostic only = Assert.Single(diagnostics);
        Assert.Equal((code, path, subtaskId), (only.Code, only.Path, only.SubtaskId));
        Assert.Contains(says, $"{only}", StringComparison.Ordinal);
        Assert.StartsWith(path + ": ", $"{only}", StringComparison.Ordinal);
    }
}
