using System.Text.Json;
using AgentOrchestration.Plans.Json;

namespace AgentOrchestration.Tests.Plans;

/// <summary>What writing a large payload costs.</summary>
public sealed class PayloadSerializerSizeTests
{
    private const int Size = 24 * 1024 * 1024;

    private readonly PayloadSerializer _serializer = new(PayloadSerializer.DefaultOptions);

    /// <summary>Bytes are one value. A list of numbers also costs 12 bytes a number, with which a JSON document finds them again.</summary>
    [Fact]
    public void A_large_payload_is_written_with_less_than_three_times_its_size()
    {
        object payload = new byte[Size / 4 * 3];
        _serializer.Write(new byte[1], typeof(byte[]));
        long before = GC.GetAllocatedBytesForCurrentThread();

        JsonElement written = _serializer.Write(payload, payload.GetType());

        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.InRange(allocated, Size, Size / 10 * 28);
        Assert.Equal(payload, _serializer.Read(written, payload.GetType()));
    }

    [Fact]
    public void Payloads_of_all_sizes_come_back_one_after_another()
    {
        foreach (int length in (int[])[0, 1, 5_000, 16_380, 16_384, 16_385, 40_000, 3, 9_000_000, 7])
        {
            string text = new('ü', length);
            Assert.Equal(text, _serializer.Write(text, typeof(string)).GetString());
            int[] numbers = [.. Enumerable.Range(0, Math.Min(length, 100_000))];
            Assert.Equal(JsonSerializer.Serialize(numbers, PayloadSerializer.DefaultOptions), _serializer.Write(numbers, typeof(int[])).GetRawText());
        }
    }

    [Fact]
    public void A_payload_that_cannot_be_written_spoils_no_other()
    {
        Assert.ThrowsAny<Exception>(() => _serializer.Write(new Broken(), typeof(Broken)));

        Assert.Equal("[1]", _serializer.Write(new[] { 1 }, typeof(int[])).GetRawText());
    }

    private sealed class Broken
    {
        public int First => 1;

        public int Second => throw new InvalidOperationException("Not now.");
    }
}
