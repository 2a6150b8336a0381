using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using AgentOrchestration.Benchmarks.Compare.Engines;
using AgentOrchestration.Benchmarks.Graphs;
using AgentOrchestration.Benchmarks.Tables;

namespace AgentOrchestration.Benchmarks.Compare;

/// <summary>Whether the stack grows along a chain whose bodies return at once: the frames below every ten-thousandth body are counted.</summary>
internal static class DeepChain
{
    private const int Apart = 10_000;

    public static async Task<Section> RunAsync(Scale scale, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        int size = scale.LargestSize;
        await Console.Error.WriteLineAsync($"deep chain: {size:N0}");
        ExecutionCounter.Take();
        ConcurrentQueue<int> frames = [];
        int calls = 0;
        var body = new TaskBody("counts frames", () =>
        {
            // Tasks of a chain run one at a time.
            if (++calls % Apart == 1)
            {
                frames.Enqueue(new StackTrace(fNeedFileInfo: false).FrameCount);
            }

            return TaskBody.Synchronous.RunAsync();
        });
        await using (OurEngine engine = OurEngine.WithDelegate(GraphShapes.Create(GraphShapes.Chain, size), body))
        {
            await engine.RunAsync();
            if (ExecutionCounter.Take() != size || engine.CountResults() != size)
            {
                throw new InvalidOperationException("Not every task of the chain ran.");
            }
        }

        var table = new MarkdownTable($"chain of {size:N0}", "frames");
        table.Add("fewest below a body", frames.Min().ToString(CultureInfo.InvariantCulture));
        table.Add("most", frames.Max().ToString(CultureInfo.InvariantCulture));
        return new Section("Stack", table.ToString(), [new Goal(Contender.Delegates, "no stack growth along a chain: most frames ≤ 2 × fewest", (double)frames.Max() / frames.Min(), 2, $"chain {size:N0}")]);
    }
}
