using System.Text.Json;
using System.Text.Json.Nodes;
using AgentOrchestration.Plans;
using AgentOrchestration.Plans.Diagnostics;
using AgentOrchestration.Plans.Json;

namespace AgentOrchestration.Tests.Plans;

public sealed class TaskPlanBuilderTests
{
    [Fact]
    public void Add_OnlyWhatIsRequired_HasTheDefaults()
    {
        Subtask subtask = Assert.Single(TaskPlan.Create(plan => plan.Add("a", "t")).Subtasks);

        Assert.Equal(("a", "t", "a", null), (subtask.Id, subtask.TaskType, subtask.Name, subtask.Description));
        Assert.Empty(subtask.DependsOn);
        Assert.Null(subtask.Arguments);
        Assert.Null(subtask.EstimatedDuration);
        Assert.True(subtask.Resources.IsNone);
    }

    [Fact]
    public void Add_Everything_IsInTheSubtask()
    {
        TaskPlan made = TaskPlan.Create(plan =>
        {
            plan.Goal = "g";
            plan.Add("a", "t", JsonValue.Create(5), after: [new SubtaskRef("z")], options: new()
            {
                Name = "n",
                Description = "d",
                EstimatedDuration = TimeSpan.FromMinutes(2),
                Optional = [new SubtaskRef("y")],
                Policy = new SubtaskPolicy { MaxAttempts = 3 },
                Resources = ResourceRequirements.Of("gpu", 1),
                WaitsForAdded = true,
                When = new SubtaskCondition(new SubtaskRef("x").Output(), ConditionOperator.Exists),
            });
        });

        Subtask subtask = Assert.Single(made.Subtasks);
        Assert.Equal("g", made.Goal);
        Assert.Equal(["z", "x"], subtask.DependsOn);
        Assert.Equal(["y"], subtask.OptionalDependsOn);
        Assert.Equal((3, true, ConditionOperator.Exists), (subtask.Policy!.MaxAttempts, subtask.WaitsForAdded, subtask.Condition!.Operator));
        Assert.Equal(5, subtask.Arguments!.Value.GetInt32());
        Assert.Equal(("n", "d", TimeSpan.FromMinutes(2), ResourceRequirements.Of("gpu", 1)), (subtask.Name, subtask.Description, subtask.EstimatedDuration, subtask.Resources));
    }

    [Fact]
    public void A_policy_for_failed_items_is_refused_where_there_are_no_items()
    {
        var options = new SubtaskOptions { OnItemFailure = ItemFailurePolicy.Continue };

        Assert.Throws<ArgumentException>("options", () => TaskPlan.Create(plan => plan.Add("a", "t", options: options)));
        Assert.Throws<ArgumentException>("options", () => TaskPlan.Create(plan => plan.AddPlan("a", TaskPlan.Create(_ => { }), options: options)));
        Assert.Equal(ItemFailurePolicy.Continue, TaskPlan.Create(plan => plan.ForEach("a", new JsonArray(1), "t", options: options)).Subtasks[0].OnItemFailure);
    }

    [Fact]
    public void Options_of_one_subtask_serve_another()
    {
        var options = new SubtaskOptions { Name = "n", EstimatedDuration = TimeSpan.FromSeconds(3) };

        TaskPlan made = TaskPlan.Create(plan =>
        {
            plan.Add("a", "t", options: options);
            plan.ForEach("b", new JsonArray(1), "t", options: options with { Name = "m" });
        });

        Assert.Equal(["n", "m"], made.Subtasks.Select(subtask => subtask.Name));
        Assert.All(made.Subtasks, subtask => Assert.Equal(TimeSpan.FromSeconds(3), subtask.EstimatedDuration));
    }

    [Fact]
    public void Add_ReferencesInTheInput_AreDependenciesEachOnceAfterTheNamedOnes()
    {
        TaskPlan made = TaskPlan.Create(plan =>
        {
            SubtaskRef a = plan.Add("a", "t");
            SubtaskRef b = plan.Add("b", "t");
            SubtaskRef c = plan.Add("c", "t");
            plan.Add("d", "t", new JsonObject { ["x"] = new JsonArray(c.Output("/0"), a.Output(), c.Output()) }, after: [b, a]);
        });

        Assert.Equal(["b", "a", "c"], made.Subtasks[3].DependsOn);
    }

    [Fact]
    public void Add_AnOutputAsTheWholeInput_IsADependency()
    {
        TaskPlan made = TaskPlan.Create(plan => plan.Add("b", "t", input: plan.Add("a", "t").Output("/rows")));

        Assert.Equal(["a"], made.Subtasks[1].DependsOn);
        Assert.Equal("""{"$output":"a/rows"}""", made.Subtasks[1].Arguments!.Value.GetRawText());
    }

    [Fact]
    public void Add_TheInputIsChangedLater_TheSubtaskIsNot()
    {
        var input = new JsonObject { ["x"] = 1 };
        TaskPlan made = TaskPlan.Create(plan =>
        {
            plan.Add("a", "t", input);
            input["x"] = 2;
        });

        Assert.Equal(1, made.Subtasks[0].Arguments!.Value.GetProperty("x").GetInt32());
    }

    [Fact]
    public void Create_TheBuilderIsUsedLater_ThePlanIsNotChanged()
    {
        TaskPlanBuilder? kept = null;
        TaskPlan made = TaskPlan.Create(plan =>
        {
            kept = plan;
            plan.Add("a", "t");
        });

        kept!.Add("b", "t");

        Assert.Single(made.Subtasks);
    }

    [Fact]
    public void Add_NoIdOrTaskType_IsRefused()
    {
        Assert.Throws<ArgumentNullException>("id", () => TaskPlan.Create(plan => plan.Add(null!, "t")));
        Assert.Throws<ArgumentNullException>("taskType", () => TaskPlan.Create(plan => plan.Add("a", null!)));
        Assert.Throws<ArgumentNullException>("build", () => TaskPlan.Create(null!));
    }

    [Fact]
    public void Add_TwoSubtasksOfOneId_IsLeftToTheCheck() =>
        Assert.Equal(2, TaskPlan.Create(plan => plan.Add(plan.Add("a", "t").Id, "t")).Subtasks.Count);

    [Fact]
    public void Edits_of_every_subtask_cost_what_the_subtasks_do()
    {
        _ = Cost(10);

        Assert.InRange(Cost(2_000), 1, 20 * Cost(200));

        static long Cost(int count)
        {
            TaskPlan plan = TaskPlan.Create(made =>
            {
                for (int i = 0; i < count; i++)
                {
                    made.Add($"s{i}", "t");
                }
            });
            long before = GC.GetAllocatedBytesForCurrentThread();
            plan.With(edited =>
            {
                for (int i = 0; i < count; i++)
                {
                    edited.Replace($"s{i}", subtask => subtask with { Id = $"r{subtask.Id}" });
                    edited.Remove($"rs{i}");
                }
            });
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }

    [Fact]
    public void An_edit_changes_the_first_subtask_of_its_id_as_the_plan_is_by_then()
    {
        TaskPlan plan = TaskPlan.Create(made =>
        {
            made.Add("a", "1");
            made.Add("b", "2");
            made.Add("a", "3");
            made.Add("a", "4");
        });

        TaskPlan edited = plan.With(builder =>
        {
            builder.Remove("a");
            builder.Replace("a", subtask => subtask with { Id = "c" });
            builder.Replace("b", subtask => subtask with { Id = "a" });
            builder.Add("d", "5");
            builder.Replace("d", subtask => subtask with { TaskType = "6" });
            builder.Replace("a", subtask => subtask with { TaskType = "7" });
            Assert.Throws<ArgumentException>("id", () => builder.Remove("b"));
        });

        Assert.Equal(["a 7", "c 3", "a 4", "d 6"], edited.Subtasks.Select(subtask => $"{subtask.Id} {subtask.TaskType}"));
    }

    [Fact]
    public void Request_WithoutAGoal_IsRefused() => Assert.Throws<ArgumentException>("goal", () => new OrchestrationRequest(" "));

    [Fact]
    public void InvalidPlanException_ManyDiagnostics_ShowsTwentyAndCountsTheRest()
    {
        PlanDiagnostic[] diagnostics = [.. Enumerable.Range(0, 25).Select(i => new PlanDiagnostic(PlanDiagnosticCode.Empty, $"/{i}", "What.", "Remedy."))];

        var exception = new InvalidPlanException(new PlanRefusal(diagnostics));

        Assert.Equal(diagnostics, exception.Diagnostics);
        Assert.Contains("/19: What. Remedy.", exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("/20:", exception.Message, StringComparison.Ordinal);
        Assert.EndsWith("and 5 more", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void PayloadSerializer_Default_IsWebNamingWithEnumsAsText()
    {
        var serializer = new PayloadSerializer(PayloadSerializer.DefaultOptions);

        JsonElement written = serializer.Write(new Payload(DayOfWeek.Friday, 5), typeof(Payload));

        Assert.Equal("""{"dueDay":"Friday","count":5}""", written.GetRawText());
        Assert.Equal(new Payload(DayOfWeek.Friday, 5), serializer.Read(written, typeof(Payload)));
        Assert.Throws<JsonException>(() => serializer.Read(JsonElement.Parse("""{"dueDay":"Friday","count":"5"}"""), typeof(Payload)));
    }

    private sealed record Payload(DayOfWeek DueDay, int Count);
}
