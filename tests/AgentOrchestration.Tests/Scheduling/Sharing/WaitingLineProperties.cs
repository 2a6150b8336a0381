using AgentOrchestration.Scheduling.Sharing;
using CsCheck;

namespace AgentOrchestration.Tests.Scheduling.Sharing;

/// <summary>The line answers as a list would that is looked through from its beginning.</summary>
public sealed class WaitingLineProperties
{
    [Fact]
    public void Whatever_is_done_it_answers_as_a_sorted_list_does() =>
        Gen.Int[0, int.MaxValue].Sample(seed => Play(new Random(seed)), iter: Simulations.Of(3_000));

    private static void Play(Random random)
    {
        var line = new WaitingLine<int>();
        List<(WaitingPlace<int> Place, long BypassesLeft)> model = [];
        int made = 0;
        for (int step = 0; step < 60; step++)
        {
            switch (random.Next(5))
            {
                case 0 or 1:
                    var added = new WaitingPlace<int>(made)
                    {
                        Rank = random.Next(4),
                        Since = made++,
                        Need = random.Next(8) == 0 ? long.MaxValue : random.Next(1, 6),
                        BypassesLeft = random.Next(0, 5),
                        Blocks = random.Next(6) == 0,
                    };
                    line.Add(added);
                    model.Add((added, added.BypassesLeft));
                    break;
                case 2 when model.Count > 0:
                    int index = random.Next(model.Count);
                    line.Remove(model[index].Place);
                    Assert.Equal(model[index].BypassesLeft, model[index].Place.BypassesLeft);
                    model.RemoveAt(index);
                    break;
                case 3:
                    (long rank, long since) = (random.Next(5), random.Next(made + 1));
                    line.Bypass(rank, since);
                    model = [.. model.Select(place => place.Place.ComesBefore(rank, since) ? (place.Place, place.BypassesLeft - 1) : place)];
                    break;
            }

            WaitingPlace<int>[] sorted = [.. model.Select(place => place.Place).OrderBy(place => place.Rank).ThenBy(place => place.Since)];
            long free = random.Next(0, 7);
            Assert.Equal(sorted, line.ToList());
            Assert.Equal(sorted.FirstOrDefault(), line.First);
            Assert.Equal(Array.Find(sorted, place => place.Need <= free || place.Blocks), line.FirstServable(free));
            Assert.Equal(Array.Find(sorted, place => place.Blocks), line.FirstBlocking());
            Assert.Equal(sorted.Select(place => place.Need).DefaultIfEmpty(long.MaxValue).Min(), line.LeastNeed);
            int blocked = Array.FindIndex(sorted, place => place.Blocks);
            Assert.Equal(sorted.Take(blocked < 0 ? sorted.Length : blocked + 1).Select(place => place.Need).DefaultIfEmpty(long.MaxValue).Min(), line.LeastServable());
            Assert.Equal(model.Any(place => !place.Place.Blocks && place.BypassesLeft <= 0), line.AnyWithoutBypasses() is { } found && model.Single(place => place.Place == found).BypassesLeft <= 0);
        }
    }
}
