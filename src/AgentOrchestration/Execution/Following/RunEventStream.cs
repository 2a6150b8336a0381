using System.Runtime.CompilerServices;
using AgentOrchestration.Runs.Events;
using AgentOrchestration.Runs.State;

namespace AgentOrchestration.Execution.Following;

/// <summary>
/// The facts and ticks of a run in order, for any number of readers, each at its own pace. Facts are all there, from the first on; of the
/// ticks a slow reader misses what has left the ring, and receives their number. So nothing has to be kept for a reader.
/// </summary>
internal sealed class RunEventStream(RunHistory history, RunTicks ticks, RunEventFactory events, RunSignal signal)
{
    /// <param name="from">The number of the first fact to read. What follows earlier ones, such as progress, is left out too.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public async IAsyncEnumerable<RunEvent> ReadAsync(long from, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        int nextFact = (int)Math.Min(from, int.MaxValue);
        long nextTick = 0;
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();

            // Asked before the facts are looked at: what came before the end is seen then.
            bool isOver = history.IsCut || history.HasEnded;
            long wanted = nextTick;
            SubtaskTick? tick = ticks.Count > nextTick ? ticks.Read(ref nextTick) : null;

            // In a durable run a tick may come before the facts that it follows are in the journal.
            bool isAhead = tick?.Sequence >= nextFact;
            if (tick?.Sequence < from)
            {
                nextTick++;
            }
            else if (tick is not null && !isAhead)
            {
                if (nextTick > wanted)
                {
                    yield return new TicksLost(nextTick - wanted) { Sequence = nextFact - 1, Time = tick.Time };
                }

                nextTick++;

                // It may have come when later facts had been read already.
                yield return tick.Sequence == nextFact - 1 ? tick : tick with { Sequence = nextFact - 1 };
            }
            else if (nextFact < history.Visible)
            {
                nextTick = wanted;
                RunEvent runEvent = events.Create(history[nextFact], nextFact);
                nextFact++;
                yield return runEvent;
                if (runEvent is RunEnded)
                {
                    yield break;
                }
            }
            else if (isOver)
            {
                yield break;
            }
            else
            {
                nextTick = wanted;
                await signal.WaitAsync(() => history.Visible > nextFact || (!isAhead && ticks.Count > nextTick) || history.IsCut || history.HasEnded, cancellationToken).ConfigureAwait(false);
            }
        }
    }
}
