using AgentOrchestration.Scheduling.Queue;
using CsCheck;

namespace AgentOrchestration.Tests.Scheduling.Queue;

public sealed class UrgencyQueueTests
{
    [Fact]
    public void It_gives_what_a_sorted_set_gives_whatever_is_removed_and_added_again() =>
        Gen.Select(Gen.Long[0, 80], Gen.Int[0, 6]).Array[0, 400].Sample(steps =>
        {
            var queue = new UrgencyQueue();
            SortedSet<long> model = [];
            foreach ((long urgency, int step) in steps)
            {
                switch (step)
                {
                    case 0 when model.Count > 0:
                        Assert.True(queue.TryPeek(out long head));
                        Assert.Equal(model.Min, head);
                        Assert.Equal(model.Min, queue.Dequeue(head));
                        model.Remove(head);
                        break;
                    case 1 or 2 when model.Remove(urgency):
                        Assert.True(queue.Remove(urgency));
                        break;
                    case 3 when urgency == 0:
                        Assert.Equal(model.Select(waiting => (int)waiting), queue.Drain().Order());
                        model.Clear();
                        break;
                    case > 3 when model.Add(urgency):
                        queue.Enqueue(urgency);
                        break;
                }

                Assert.Equal(model.Count, queue.Count);
                Assert.Equal(model.Count > 0, queue.TryPeek(out long first));
                Assert.Equal(model.Min, first);
            }
        });

    [Fact]
    public void Removing_from_it_costs_the_same_however_many_wait() => Cost.IsLinear(count =>
    {
        var queue = new UrgencyQueue();
        long bytes = 0;
        for (int i = 0; i < count; i++)
        {
            // Half of them come in another order than that of their urgency.
            queue.Enqueue(i % 2 == 0 ? count + i : count - i);
        }

        for (int i = count - 1; i >= 0; i--)
        {
            long urgency = i % 2 == 0 ? count + i : count - i;
            bytes += Cost.BytesOf(() => queue.Remove(urgency));
        }

        Assert.Equal((0, false), (queue.Count, queue.TryPeek(out _)));
        return bytes;
    });
}
