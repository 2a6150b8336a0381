using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using AgentOrchestration.Runs.Journal;
using AgentOrchestration.Runs.State;

namespace AgentOrchestration.Tests.Runs.Journal;

/// <summary>The places that a new kind of fact has to be added to (Runs/Journal/README.md). Each test names the kind that was forgotten.</summary>
public sealed class FactKindTests
{
    /// <summary>A plan that is still being written is not executed durably.</summary>
    private static readonly RunFactKind[] InMemoryOnly = [RunFactKind.PlanCompleted];

    /// <summary>The lines of an output that are of one kind of fact.</summary>
    private static readonly string[] OtherLinesOfOutputs = ["output-held-large", "subtask-succeeded-large", "subtask-shared", "held-output-counted", "subtask-fell-back"];

    [Fact]
    public void Every_kind_of_fact_has_an_event_of_its_name()
    {
        string[] events = [.. typeof(RunEvent).GetCustomAttributes<JsonDerivedTypeAttribute>().Select(kind => kind.DerivedType.Name)];

        Assert.Empty(Enum.GetNames<RunFactKind>().Except(events));
    }

    [Fact]
    public void Every_kind_of_fact_has_a_line_of_its_name_with_a_rule_for_when_it_can_follow()
    {
        IEnumerable<string> expected = Enum.GetValues<RunFactKind>().Except(InMemoryOnly).Select(kind => JsonNamingPolicy.KebabCaseLower.ConvertName(kind.ToString()));

        Assert.Empty(expected.Except(JournalKinds.All.Select(kind => kind.Name.Value)));
        Assert.Equal(OtherLinesOfOutputs, JournalKinds.All.Select(kind => kind.Name.Value).Except(expected));
        Assert.All(JournalKinds.All.ExceptBy(OtherLinesOfOutputs, kind => kind.Name.Value), kind =>
            Assert.Equal(kind.Name.Value, JsonNamingPolicy.KebabCaseLower.ConvertName(kind.Fact.ToString())));
    }

    [Fact]
    public void Every_kind_of_line_is_among_the_varieties_that_are_held_to_the_letter() =>
        Assert.Empty(JournalKinds.All.Select(kind => kind.Name.Value).Except(JournalVarieties.All.Select(fact => JournalKinds.Of(fact).Name.Value)));

    [Fact]
    public void Every_kind_of_fact_becomes_the_event_of_its_name()
    {
        var events = new RunEventFactory("run", new TaskPlan { Subtasks = [] }, subtask => $"s{subtask}");

        Assert.All(JournalVarieties.All, fact =>
        {
            RunFact named = fact.Payload is AddedPlan added ? fact.With(new AddedSubtasks(added.Plan.Subtasks, added.IsJoined)) : fact;
            Assert.Equal(fact.Kind.ToString(), events.Create(named, 0).GetType().Name);
        });
        Assert.Empty(Enum.GetValues<RunFactKind>().Except(InMemoryOnly).Except(JournalVarieties.All.Select(fact => fact.Kind)));
    }
}
