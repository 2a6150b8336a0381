using System.Text.Json;
using AgentOrchestration.Graph;
using AgentOrchestration.Plans.Json;
using AgentOrchestration.Tests.Plans;
using CsCheck;

namespace AgentOrchestration.Tests.Graph.Checking;

public sealed class PlanCheckerProperties
{
    private static readonly Gen<int> Seeds = Gen.Int[0, int.MaxValue];

    [Fact]
    public void A_plan_is_accepted_exactly_when_a_naive_oracle_finds_nothing_wrong_and_the_diagnostics_are_of_the_kinds_it_finds() =>
        Seeds.Sample(
            seed =>
            {
                TaskPlan plan = new DamagedPlan(seed).Plan;
                IReadOnlySet<PlanDiagnosticCode> wrong = new PlanOracle(plan).WhatIsWrong();

                TaskGraph? graph = Checker.Check(plan, out IReadOnlyList<PlanDiagnostic> diagnostics);

                Assert.Equal(wrong.Order(), diagnostics.Select(diagnostic => diagnostic.Code).Distinct().Order());
                Assert.Equal(wrong.Count == 0, graph is not null);
                Assert.All(diagnostics, diagnostic => AssertIsInThePlan(plan, diagnostic));
            },
            iter: 5_000);

    [Fact]
    public void An_accepted_plan_has_its_dependencies_before_every_subtask() =>
        Seeds.Sample(
            seed =>
            {
                TaskPlan plan = new DamagedPlan(seed).Plan;
                if (Checker.Check(plan, out _) is not { } graph)
                {
                    return;
                }

                Assert.Equal(Enumerable.Range(0, plan.Subtasks.Count), graph.TopologicalOrder.Order());
                int[] placeOf = new int[graph.Count];
                foreach ((int place, int subtask) in graph.TopologicalOrder.Index())
                {
                    placeOf[subtask] = place;
                }

                for (int subtask = 0; subtask < graph.Count; subtask++)
                {
                    Assert.Equal(plan.Subtasks[subtask].DependsOn.Distinct(), graph.Dependencies[subtask].Select(dependency => plan.Subtasks[dependency].Id));
                    Assert.All(graph.Dependencies[subtask], dependency => Assert.True(placeOf[dependency] < placeOf[subtask]));
                }
            },
            iter: 2_000);

    [Fact]
    public void Damage_harms_some_plans_and_spares_others()
    {
        bool[] accepted = [.. Enumerable.Range(0, 1_000).Select(seed => Checker.Check(new DamagedPlan(seed).Plan, out _) is not null)];

        Assert.InRange(accepted.Count(isAccepted => isAccepted), 200, 900);
    }

    [Fact]
    public void Any_plan_is_a_graph_or_has_diagnostics_whatever_it_says() =>
        Seeds.Sample(
            seed =>
            {
                TaskPlan plan = RandomPlan.Of(seed);
                Assert.Equal(Checker.Check(plan, out IReadOnlyList<PlanDiagnostic> diagnostics) is null, diagnostics.Count > 0);
            },
            iter: 2_000);

    [Fact]
    public void Checking_twice_says_the_same() =>
        Seeds.Sample(
            seed =>
            {
                TaskPlan plan = new DamagedPlan(seed).Plan;
                Checker.Check(plan, out IReadOnlyList<PlanDiagnostic> once);
                Checker.Check(plan, out IReadOnlyList<PlanDiagnostic> again);
                Assert.Equal(once, again);
            },
            iter: 1_000);

    /// <summary>The path leads into the plan's JSON, to the subtask that is named; its last part may be what is missing there.</summary>
    private static void AssertIsInThePlan(TaskPlan plan, PlanDiagnostic diagnostic)
    {
        string[] segments = [.. JsonPointer.Segments(diagnostic.Path)];
        Assert.Equal("subtasks", segments[0]);
        int subtask = int.Parse(segments[1], System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal(plan.Subtasks[subtask].Id, diagnostic.SubtaskId);
        if (segments.Length > 3)
        {
            JsonElement json = JsonSerializer.SerializeToElement(plan);
            Assert.True(JsonPointer.TryResolve(json, diagnostic.Path, out _), diagnostic.Path);
        }
    }
}
