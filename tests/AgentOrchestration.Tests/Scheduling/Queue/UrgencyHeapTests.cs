using AgentOrchestration.Scheduling.Queue;
using CsCheck;

namespace AgentOrchestration.Tests.Scheduling.Queue;

public sealed class UrgencyHeapTests
{
    [Fact]
    public void It_gives_what_a_sorted_set_gives() =>
        Gen.Select(Gen.Long[0, 60], Gen.Int[0, 3]).Array[0, 200].Sample(steps =>
        {
            var heap = new UrgencyHeap();
            SortedSet<long> model = [];
            foreach ((long item, int step) in steps)
            {
                switch (step)
                {
                    case 0 when model.Count > 0:
                        Assert.Equal(model.Min, heap.Top);
                        Assert.Equal(model.Min, heap.Pop());
                        model.Remove(model.Min);
                        break;
                    case 1:
                        HashSet<long> removed = [item, item + 1, item + 2];
                        model.ExceptWith(removed);
                        heap.RemoveAll(removed);
                        break;
                    default:
                        if (model.Add(item))
                        {
                            heap.Push(item);
                        }

                        break;
                }

                Assert.Equal(model, heap.Items.ToArray().Order());
            }
        });
}
