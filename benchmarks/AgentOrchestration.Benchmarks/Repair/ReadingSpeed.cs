using System.Diagnostics;
using System.Text;
using System.Text.Json;
using AgentOrchestration.Plans.Reading;

namespace AgentOrchestration.Benchmarks.Repair;

/// <summary>The reader beside the serializer, over the same bytes in the same rounds.</summary>
internal static class ReadingSpeed
{
    private const int Rounds = 31;
    private const int PieceOfAToken = 4;

    private static readonly PlanLimits Options = new() { MaxAnswerLength = int.MaxValue, MaxSubtasks = int.MaxValue, MaxDependencies = int.MaxValue };

    public static IReadOnlyList<SpeedRow> Measure(IEnumerable<RequestPlan> plans)
    {
        byte[] text = Encoding.UTF8.GetBytes(Join(plans));
        (string Name, Func<int> Read)[] readers =
        [
            ("JsonSerializer.Deserialize<TaskPlan>", () => JsonSerializer.Deserialize<TaskPlan>(text)!.Subtasks.Count),
            ("the reader, all at once", () => Read(text, text.Length)),
            ($"the reader, {PieceOfAToken} bytes at a time", () => Read(text, PieceOfAToken)),
        ];
        double[][] seconds = Array.ConvertAll(readers, _ => new double[Rounds]);
        double[] allocated = new double[readers.Length];
        for (int round = -5; round < Rounds; round++)
        {
            for (int i = 0; i < readers.Length; i++)
            {
                long before = GC.GetAllocatedBytesForCurrentThread();
                long start = Stopwatch.GetTimestamp();
                int count = readers[i].Read();
                double taken = Stopwatch.GetElapsedTime(start).TotalSeconds;
                allocated[i] = (double)(GC.GetAllocatedBytesForCurrentThread() - before) / text.Length;
                if (round >= 0)
                {
                    seconds[i][round] = taken;
                }

                if (count == 0)
                {
                    throw new InvalidOperationException($"{readers[i].Name} read no subtasks.");
                }
            }
        }

        double[] medians = Array.ConvertAll(seconds, ofOne => ofOne.Order().ElementAt(Rounds / 2));
        return [.. readers.Select((reader, i) => new SpeedRow(reader.Name, text.Length / medians[i] / 1e6, medians[i] / medians[0], allocated[i]))];
    }

    /// <summary>All requests as one plan.</summary>
    private static string Join(IEnumerable<RequestPlan> plans)
    {
        var text = new StringBuilder("{\"subtasks\":[");
        foreach (RequestPlan plan in plans)
        {
            text.Append(text.Length > 13 ? "," : "").AppendJoin(',', plan.Subtasks.Select(subtask => subtask!.ToJsonString()));
        }

        return text.Append("]}").ToString();
    }

    private static int Read(ReadOnlySpan<byte> text, int piece)
    {
        var reader = new PlanReader(Options);
        int count = 0;
        for (int start = 0; start < text.Length; start += piece)
        {
            count += reader.Append(text[start..Math.Min(text.Length, start + piece)]).Count;
        }

        PlanReadResult reading = reader.Complete();
        return reading.Diagnostics.Count == 0 ? count : throw new InvalidOperationException($"{reading.Diagnostics[0]}");
    }
}
