using System.Collections.Concurrent;
using System.Diagnostics;
using System.Reflection;
using Xunit.v3;

[assembly: AgentOrchestration.Tests.Ending.EndsInTime]

namespace AgentOrchestration.Tests.Ending;

/// <summary>Stops the process when a test does not end, and names the test: a test in an endless loop receives no cancellation, and nothing else would report which it is.</summary>
[AttributeUsage(AttributeTargets.Assembly)]
internal sealed class EndsInTimeAttribute : BeforeAfterTestAttribute
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(15);
    private static readonly ConcurrentDictionary<string, (string Name, long Begin)> Running = new(StringComparer.Ordinal);

    // A thread of its own: the tests may have taken all of the pool.
    static EndsInTimeAttribute() => new Thread(Watch) { IsBackground = true, Name = "Tests that do not end" }.Start();

    public override void Before(MethodInfo methodUnderTest, IXunitTest test)
    {
        // A night's worth of simulations, or a soak, takes as long as it takes.
        if (!Debugger.IsAttached && Environment.GetEnvironmentVariable("ORCHESTRATION_SIMULATIONS") is null)
        {
            Running[test.UniqueID] = (test.TestDisplayName, Stopwatch.GetTimestamp());
        }
    }

    public override void After(MethodInfo methodUnderTest, IXunitTest test) => Running.TryRemove(test.UniqueID, out _);

    private static void Watch()
    {
        while (true)
        {
            Thread.Sleep(TimeSpan.FromSeconds(5));
            string[] endless = [.. Running.Values.Where(test => Stopwatch.GetElapsedTime(test.Begin) > Limit).Select(test => test.Name)];
            if (endless.Length > 0)
            {
                Environment.FailFast($"Not ended within {Limit}, with {GC.GetTotalMemory(forceFullCollection: false) >> 20} MiB in use: {string.Join(", ", endless)}");
            }
        }
    }
}
