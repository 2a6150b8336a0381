using AgentOrchestration.Runs.Storage;
using static AgentOrchestration.Testing.Stores.StoreUnderTest;

namespace AgentOrchestration.Testing.Stores;

/// <summary>Appending and reading.</summary>
internal static class JournalChecks
{
    private const int Large = 3 * 1024 * 1024;

    public static RunStoreCheck[] All { get; } =
    [
        new("Events are read as they were appended, in that order", AreReadAsync),
        new("A journal is read from any event on", AreReadFromAsync),
        new("An append at another place than the end is refused and changes nothing", IsRefusedAsync),
        new("A refused append leaves no blob", LeavesNoBlobAsync),
        new("Blobs are read as they were written, each in its own run", BlobsAsync),
        new("Large events and blobs are kept whole", LargeAsync),
        new("An append reports the number of events, the time and how the run ended", UpdatesAsync),
        new("An append without events, or of one that is empty or not one line, is refused and changes nothing", EmptyAsync),
        new("What a caller does with its bytes afterwards changes nothing", OwnsAsync),
    ];

    private static async Task AreReadAsync(StoreUnderTest test)
    {
        RunLease lease = await test.CreateAsync("run").ConfigureAwait(false);
        string[] events = [.. Enumerable.Range(0, 200).Select(number => $"{{\"n\":{number},\"text\":\"Ünï 😀 \\u0000 '\\\"\"}}")];
        int at = 0;
        for (int size = 1; at < events.Length; size = (size % 7) + 1)
        {
            string[] next = events[at..Math.Min(at + size, events.Length)];
            Equal(AppendOutcome.Appended, await test.AppendAsync(lease, at, next).ConfigureAwait(false), $"The append at {at}");
            at += next.Length;
        }

        Same(events, await test.ReadAsync("run").ConfigureAwait(false), "The journal");
    }

    private static async Task AreReadFromAsync(StoreUnderTest test)
    {
        RunLease lease = await test.CreateAsync("run").ConfigureAwait(false);
        await test.AppendAsync(lease, 0, "{\"n\":0}", "{\"n\":1}", "{\"n\":2}").ConfigureAwait(false);
        await test.AppendAsync(lease, 3, "{\"n\":3}").ConfigureAwait(false);

        Same(["{\"n\":1}", "{\"n\":2}", "{\"n\":3}"], await test.ReadAsync("run", 1).ConfigureAwait(false), "The journal from 1");
        Same(["{\"n\":3}"], await test.ReadAsync("run", 3).ConfigureAwait(false), "The journal from 3");
        Equal(0, (await test.ReadAsync("run", 4).ConfigureAwait(false)).Length, "The number of events from the end on");
        Equal(0, (await test.ReadAsync("run", long.MaxValue).ConfigureAwait(false)).Length, "The number of events from far behind the end on");
    }

    private static async Task IsRefusedAsync(StoreUnderTest test)
    {
        RunLease lease = await test.CreateAsync("run").ConfigureAwait(false);
        await test.AppendAsync(lease, 0, "{\"n\":0}", "{\"n\":1}").ConfigureAwait(false);
        foreach (long place in (long[])[0, 1, 3, -1, long.MaxValue])
        {
            Equal(AppendOutcome.WrongSequence, await test.AppendAsync(lease, place, "{\"n\":9}").ConfigureAwait(false), $"The append at {place}");
        }

        Same(["{\"n\":0}", "{\"n\":1}"], await test.ReadAsync("run").ConfigureAwait(false), "The journal");
        Equal(2L, (await test.FindAsync("run").ConfigureAwait(false)).Sequence, "The number of events");
    }

    private static async Task LeavesNoBlobAsync(StoreUnderTest test)
    {
        RunLease lease = await test.CreateAsync("run").ConfigureAwait(false);
        JournalBlob blob = BlobOf([1, 2, 3]);
        Equal(
            AppendOutcome.WrongSequence,
            await test.Store.AppendAsync(AppendOf(lease, 1, "{}") with { Blobs = [blob], Outcome = RunOutcome.Failed }, test.End).ConfigureAwait(false),
            "The append");
        True(await test.Store.ReadBlobAsync("run", blob.Name, test.End).ConfigureAwait(false) is null, "The blob is there.");
        Equal(null, (await test.FindAsync("run").ConfigureAwait(false)).Outcome, "How the run ended");
    }

    private static async Task BlobsAsync(StoreUnderTest test)
    {
        RunLease lease = await test.CreateAsync("run").ConfigureAwait(false);
        RunLease other = await test.CreateAsync("other").ConfigureAwait(false);
        JournalBlob one = BlobOf([1, 2, 3]);
        JournalBlob two = BlobOf([]);
        await test.Store.AppendAsync(AppendOf(lease, 0, "{}") with { Blobs = [one, two] }, test.End).ConfigureAwait(false);
        Equal(AppendOutcome.Appended, await test.Store.AppendAsync(AppendOf(lease, 1, "{}") with { Blobs = [one] }, test.End).ConfigureAwait(false), "An append of the same blob");
        await test.AppendAsync(other, 0, "{}").ConfigureAwait(false);

        foreach (JournalBlob blob in (JournalBlob[])[one, two])
        {
            ReadOnlyMemory<byte>? found = await test.Store.ReadBlobAsync("run", blob.Name, test.End).ConfigureAwait(false);
            True(found is { } content && content.Span.SequenceEqual(blob.Content.Span), $"The blob of {blob.Content.Length} bytes is not what was written.");
        }

        True(await test.Store.ReadBlobAsync("other", one.Name, test.End).ConfigureAwait(false) is null, "Another run has the blob.");
        True(await test.Store.ReadBlobAsync("run", "none", test.End).ConfigureAwait(false) is null, "There is a blob that was never written.");
    }

    private static async Task LargeAsync(StoreUnderTest test)
    {
        RunLease lease = await test.CreateAsync("run").ConfigureAwait(false);
        byte[] content = new byte[Large];
        for (int i = 0; i < content.Length; i++)
        {
            content[i] = (byte)(i * 31 >> 3);
        }

        string text = $"{{\"text\":\"{new string('x', Large)}\"}}";
        JournalBlob blob = BlobOf(content);
        await test.Store.AppendAsync(AppendOf(lease, 0, text) with { Blobs = [blob] }, test.End).ConfigureAwait(false);

        Same([text], await test.ReadAsync("run").ConfigureAwait(false), "The journal");
        True((await test.Store.ReadBlobAsync("run", blob.Name, test.End).ConfigureAwait(false))?.Span.SequenceEqual(content) == true, "The blob is not what was written.");
    }

    private static async Task UpdatesAsync(StoreUnderTest test)
    {
        RunLease lease = await test.CreateAsync("run").ConfigureAwait(false);
        DateTimeOffset created = test.Clock.Now;
        test.Clock.Advance(TimeSpan.FromSeconds(10));
        await test.AppendAsync(lease, 0, "{}", "{}").ConfigureAwait(false);
        Equal(new StoredRun("run", created, test.Clock.Now, 2, null, lease) { IsLeased = true }, await test.FindAsync("run").ConfigureAwait(false), "The run");
        test.Clock.Advance(TimeSpan.FromSeconds(10));
        await test.Store.AppendAsync(AppendOf(lease, 2, "{}") with { Outcome = RunOutcome.BudgetExhausted }, test.End).ConfigureAwait(false);
        Equal(new StoredRun("run", created, test.Clock.Now, 3, RunOutcome.BudgetExhausted, lease) { IsLeased = true }, await test.FindAsync("run").ConfigureAwait(false), "The run that has ended");
    }

    private static async Task EmptyAsync(StoreUnderTest test)
    {
        RunLease lease = await test.CreateAsync("run").ConfigureAwait(false);
        await ThrowsAsync<ArgumentException>(() => test.AppendAsync(lease, 0), "An append without events").ConfigureAwait(false);
        foreach (string content in (string[])["", "{\n}", "{}\n", "\n"])
        {
            await ThrowsAsync<ArgumentException>(() => test.AppendAsync(lease, 0, "{}", content), "An event that is empty or holds a line break").ConfigureAwait(false);
        }

        Equal(0, (await test.ReadAsync("run").ConfigureAwait(false)).Length, "The number of events");
    }

    private static async Task OwnsAsync(StoreUnderTest test)
    {
        byte[] header = Bytes("{\"h\":1}");
        byte[] content = Bytes("{\"n\":0}");
        byte[] large = [1, 2, 3];
        JournalBlob blob = BlobOf(large);
        RunLease lease = (await test.Store.CreateAsync(new NewRun("run", test.Clock.Now, header), Owner, Lease, test.End).ConfigureAwait(false))!;
        await test.Store.AppendAsync(new JournalAppend { Lease = lease, Sequence = 0, Events = [content], Blobs = [blob] }, test.End).ConfigureAwait(false);
        Array.Fill(header, (byte)'x');
        Array.Fill(content, (byte)'x');
        Array.Fill(large, (byte)'x');

        Same(["{\"n\":0}"], await test.ReadAsync("run").ConfigureAwait(false), "The journal");
        True((await test.Store.ReadHeaderAsync("run", test.End).ConfigureAwait(false))?.Span.SequenceEqual("{\"h\":1}"u8) == true, "The header has changed.");
        True((await test.Store.ReadBlobAsync("run", blob.Name, test.End).ConfigureAwait(false))?.Span.SequenceEqual((byte[])[1, 2, 3]) == true, "The blob has changed.");
    }
}
