using System.Diagnostics;
using System.Globalization;
using AgentOrchestration.Benchmarks.Graphs;
using AgentOrchestration.Benchmarks.Tables;

namespace AgentOrchestration.Benchmarks.Compare;

/// <summary>What tracing costs, and what a reader of the events costs, each alone.</summary>
internal static class Observation
{
    private const int BareActivities = 100_000;

    public static async Task<Section> RunAsync(Scale scale, CancellationToken cancellationToken)
    {
        Contender[] contenders = [Contender.Named(Contender.Delegates), Contender.Traced, Contender.Read];
        IReadOnlyList<EngineTimes> times = await Race.RunAsync(
            GraphShapes.Create(GraphShapes.Layered, Scale.CommonSize), TaskBody.Synchronous, contenders, scale.Effort, cancellationToken);
        (double bareNanoseconds, double bareBytes) = MeasureBareActivity();

        var table = new MarkdownTable("layered 10,000 sync", "ns per task", "bytes per task");
        foreach (EngineTimes engine in times)
        {
            table.Add(engine.Engine, Number(engine.Nanoseconds), Number(engine.Bytes));
        }

        table.Add("a bare recorded activity with the same tags", Number(bareNanoseconds), Number(bareBytes));
        (EngineTimes own, EngineTimes traced, EngineTimes read) = (times[0], times[1], times[2]);
        return new Section("Observed", table.ToString(),
        [
            new Goal(Contender.Delegates, "one event reader ≤ 2 × own time", read.Nanoseconds / own.Nanoseconds, 2, "layered 10,000 sync"),
            new Goal(Contender.Delegates, "tracing ≤ own + 1.5 × a bare activity, time", (traced.Nanoseconds - own.Nanoseconds) / bareNanoseconds, 1.5, "layered 10,000 sync"),
            new Goal(Contender.Delegates, "tracing ≤ own + 1.5 × a bare activity, bytes", (traced.Bytes - own.Bytes) / bareBytes, 1.5, "layered 10,000 sync"),
        ]);
    }

    private static (double Nanoseconds, double Bytes) MeasureBareActivity()
    {
        using var source = new ActivitySource("AgentOrchestration.Benchmarks.Bare");
        int stopped = 0;
        using var listener = new ActivityListener
        {
            ShouldListenTo = other => ReferenceEquals(other, source),
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = _ => Interlocked.Increment(ref stopped),
        };
        ActivitySource.AddActivityListener(listener);
        List<double> nanoseconds = [];
        double bytes = 0;
        for (int round = 0; round < 9; round++)
        {
            GC.Collect();
            long allocatedBefore = GC.GetAllocatedBytesForCurrentThread();
            long start = TimeProvider.System.GetTimestamp();
            for (int i = 0; i < BareActivities; i++)
            {
                Record(source);
            }

            nanoseconds.Add(TimeProvider.System.GetElapsedTime(start).TotalNanoseconds / BareActivities);
            bytes = (double)(GC.GetAllocatedBytesForCurrentThread() - allocatedBefore) / BareActivities;
        }

        return (Statistics.Median(nanoseconds), bytes);
    }

    private static void Record(ActivitySource source)
    {
        using Activity activity = source.StartActivity("orchestration.attempt")!;
        activity.SetTag("agent_orchestration.run.id", "run");
        activity.SetTag("agent_orchestration.subtask.id", "t1");
        activity.SetTag("agent_orchestration.task_type", "body");
        activity.SetTag("agent_orchestration.attempt", 1);
        activity.SetStatus(ActivityStatusCode.Ok);
    }

    private static string Number(double value) => value.ToString("N0", CultureInfo.InvariantCulture);
}
