using AgentOrchestration.Runs.Events;
using AgentOrchestration.Runs.Snapshots;
using AgentOrchestration.Tests.Scheduling;

namespace AgentOrchestration.Tests.Runs.Snapshots;

public sealed class AttemptIntervalsTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_snapshot_of_many_attempts_costs_the_same_for_each()
    {
        TaskPlan plan = GraphOf.Plan(plan => plan.Add("only", "work")).Plan;
        Cost.IsLinear(count =>
        {
            RunEvent[] events = [new RunStarted("run", plan) { Sequence = 0, Time = Start }, .. Enumerable.Range(0, count).SelectMany(AttemptAt)];
            RunSnapshot? snapshot = null;
            long bytes = Cost.BytesOf(() => snapshot = RunSnapshot.Fold(events));

            Assert.Equal(Enumerable.Range(0, count).Select(SpanAt), snapshot!.Subtasks[0].AttemptIntervals);
            Assert.Equal((count, TimeSpan.FromSeconds(count)), (snapshot.Subtasks[0].Attempts, snapshot.Subtasks[0].WorkTime));
            return bytes;
        });
    }

    [Fact]
    public void A_list_of_spans_stays_as_it_was_when_others_go_on_from_it()
    {
        AttemptIntervals one = AttemptIntervals.Add([], SpanAt(0));
        AttemptIntervals two = AttemptIntervals.Add(one, SpanAt(1));
        AttemptIntervals other = AttemptIntervals.Add(one, SpanAt(2));
        AttemptIntervals three = AttemptIntervals.Add(AttemptIntervals.WithLast(two, SpanAt(3)), SpanAt(4));

        Assert.Equal([SpanAt(0)], one);
        Assert.Equal([SpanAt(0), SpanAt(1)], two);
        Assert.Equal([SpanAt(0), SpanAt(2)], other);
        Assert.Equal([SpanAt(0), SpanAt(3), SpanAt(4)], three);
        Assert.Throws<ArgumentOutOfRangeException>(() => two[2]);
    }

    private static AttemptInterval SpanAt(int attempt) => new(Start.AddSeconds(2 * attempt), Start.AddSeconds((2 * attempt) + 1));

    private static IEnumerable<RunEvent> AttemptAt(int index) =>
    [
        new AttemptStarted(index + 1) { Sequence = 0, Time = SpanAt(index).StartedAt, SubtaskId = "only" },
        new AttemptFailed(index + 1, new SubtaskError("Fault", "It fails."), SpanAt(index).EndedAt!.Value) { Sequence = 0, Time = SpanAt(index).EndedAt!.Value, SubtaskId = "only" },
    ];
}
