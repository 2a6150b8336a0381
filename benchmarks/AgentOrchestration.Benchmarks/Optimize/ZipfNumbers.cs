using AgentOrchestration.Benchmarks.Graphs;

namespace AgentOrchestration.Benchmarks.Optimize;

/// <summary>Numbers from 0 on, of which the n-th comes with a probability in proportion to 1 / n^exponent.</summary>
internal sealed class ZipfNumbers
{
    private readonly double[] _upTo;

    public ZipfNumbers(int count, double exponent)
    {
        _upTo = new double[count];
        double sum = 0;
        for (int i = 0; i < count; i++)
        {
            _upTo[i] = sum += Math.Pow(i + 1, -exponent);
        }
    }

    public int Next(SeededRandom random)
    {
        int found = Array.BinarySearch(_upTo, random.Unit() * _upTo[^1]);
        return Math.Min(found < 0 ? ~found : found, _upTo.Length - 1);
    }
}
