using System.Text;
using AgentOrchestration.Runs.Storage;
using static AgentOrchestration.Testing.Stores.StoreUnderTest;

namespace AgentOrchestration.Testing.Stores;

/// <summary>Commands to runs, and the answers to them.</summary>
internal static class InboxChecks
{
    public static RunStoreCheck[] All { get; } =
    [
        new("A command is read by every instance until it is answered", IsReadAsync),
        new("Commands are read in the order in which they were sent, at most as many as are asked for", InOrderAsync),
        new("A command that is sent again is there once", IsThereOnceAsync),
        new("A command to a run that is not there is not sent", IsNotSentAsync),
        new("An answer is kept with the events of its append, or not at all", IsAnsweredTogetherAsync),
        new("An append may have answers and no events", AnswersOnlyAsync),
        new("Of two answers to a command the first one stays", FirstAnswerAsync),
        new("A command waits for the next driver of its run", WaitsAsync),
        new("Commands of a deleted run are gone", AreDeletedAsync),
        new("Commands of different runs have nothing to do with each other", ApartAsync),
        new("A command without content, or with too much, is refused", IsRefusedAsync),
    ];

    private static async Task IsReadAsync(StoreUnderTest test)
    {
        RunLease lease = await test.CreateAsync("run").ConfigureAwait(false);
        RunCommand sent = CommandOf(test, "run", "{\"cancel\":true}");
        True(await Of(test.Store).SendAsync(sent, test.End).ConfigureAwait(false), "The command is not sent.");
        foreach (IRunStore store in (IRunStore[])[test.Store, test.OpenAgain()])
        {
            RunCommand read = (await ReadAsync(store, test, "run").ConfigureAwait(false)).Single();
            Equal((sent.RunId, sent.Id, sent.SentAt), (read.RunId, read.Id, read.SentAt), "The command");
            Equal("{\"cancel\":true}", Encoding.UTF8.GetString(read.Content.Span), "Its content");
            Equal(null, await Of(store).FindAnswerAsync("run", sent.Id, test.End).ConfigureAwait(false), "Its answer");
        }

        Equal(AppendOutcome.Appended, await AnswerAsync(test, lease, 0, sent.Id, "{\"done\":1}", "{}").ConfigureAwait(false), "The append");
        foreach (IRunStore store in (IRunStore[])[test.Store, test.OpenAgain()])
        {
            Equal(0, (await ReadAsync(store, test, "run").ConfigureAwait(false)).Count, "The number of commands that are not answered");
            Equal("{\"done\":1}", await AnswerOf(store, test, "run", sent.Id).ConfigureAwait(false), "The answer");
        }
    }

    private static async Task InOrderAsync(StoreUnderTest test)
    {
        await test.CreateAsync("run").ConfigureAwait(false);
        for (int i = 0; i < 5; i++)
        {
            await Of(test.Store).SendAsync(CommandOf(test, "run", $"{i}"), test.End).ConfigureAwait(false);
        }

        Same(["0", "1", "2", "3", "4"], TextOf(await ReadAsync(test.Store, test, "run").ConfigureAwait(false)), "The commands");
        Same(["0", "1", "2"], TextOf(await Of(test.Store).ReadCommandsAsync(["run"], 3, test.End).ConfigureAwait(false)), "The first three");
    }

    private static async Task IsThereOnceAsync(StoreUnderTest test)
    {
        RunLease lease = await test.CreateAsync("run").ConfigureAwait(false);
        RunCommand command = CommandOf(test, "run", "1");
        await Of(test.Store).SendAsync(command, test.End).ConfigureAwait(false);
        True(await Of(test.OpenAgain()).SendAsync(command with { Content = Bytes("2") }, test.End).ConfigureAwait(false), "The run is not there.");
        Same(["1"], TextOf(await ReadAsync(test.Store, test, "run").ConfigureAwait(false)), "The commands");
        await AnswerAsync(test, lease, 0, command.Id, "yes", "{}").ConfigureAwait(false);
        True(await Of(test.Store).SendAsync(command, test.End).ConfigureAwait(false), "The run is not there.");
        Same([], TextOf(await ReadAsync(test.Store, test, "run").ConfigureAwait(false)), "The commands after the answer");
        Equal("yes", await AnswerOf(test.Store, test, "run", command.Id).ConfigureAwait(false), "The answer");
    }

    private static async Task IsNotSentAsync(StoreUnderTest test)
    {
        RunCommand command = CommandOf(test, "none", "1");
        True(!await Of(test.Store).SendAsync(command, test.End).ConfigureAwait(false), "There is no run, but the command is sent.");
        Equal(null, await Of(test.Store).FindAnswerAsync("none", command.Id, test.End).ConfigureAwait(false), "Its answer");
        await test.CreateAsync("none").ConfigureAwait(false);
        Equal(0, (await ReadAsync(test.Store, test, "none").ConfigureAwait(false)).Count, "The number of commands");
    }

    private static async Task IsAnsweredTogetherAsync(StoreUnderTest test)
    {
        RunLease old = await test.CreateAsync("run").ConfigureAwait(false);
        RunCommand command = CommandOf(test, "run", "1");
        await Of(test.Store).SendAsync(command, test.End).ConfigureAwait(false);
        Equal(AppendOutcome.WrongSequence, await AnswerAsync(test, old, 1, command.Id, "early", "{}").ConfigureAwait(false), "The append at a wrong place");
        test.Clock.Advance(Lease);
        RunLease fresh = (await test.Store.AcquireLeaseAsync("run", "two", Lease, test.End).ConfigureAwait(false))!;
        Equal(AppendOutcome.NotOwner, await AnswerAsync(test, old, 0, command.Id, "late", "{}").ConfigureAwait(false), "The append of the old owner");
        Equal(null, await Of(test.Store).FindAnswerAsync("run", command.Id, test.End).ConfigureAwait(false), "The answer");
        Same(["1"], TextOf(await ReadAsync(test.Store, test, "run").ConfigureAwait(false)), "The commands");
        Equal(AppendOutcome.Appended, await AnswerAsync(test, fresh, 0, command.Id, "now", "{\"n\":0}").ConfigureAwait(false), "The append of the new owner");
        Equal("now", await AnswerOf(test.Store, test, "run", command.Id).ConfigureAwait(false), "The answer of the new owner");
        Same(["{\"n\":0}"], await test.ReadAsync("run").ConfigureAwait(false), "The journal");
    }

    private static async Task AnswersOnlyAsync(StoreUnderTest test)
    {
        RunLease lease = await test.CreateAsync("run").ConfigureAwait(false);
        RunCommand command = CommandOf(test, "run", "1");
        await Of(test.Store).SendAsync(command, test.End).ConfigureAwait(false);
        Equal(AppendOutcome.Appended, await AnswerAsync(test, lease, 0, command.Id, "no").ConfigureAwait(false), "The append");
        Equal("no", await AnswerOf(test.Store, test, "run", command.Id).ConfigureAwait(false), "The answer");
        Equal(0L, (await test.FindAsync("run").ConfigureAwait(false)).Sequence, "The number of events");
        Equal(AppendOutcome.Appended, await test.AppendAsync(lease, 0, "{}").ConfigureAwait(false), "The next append");
        Same(["{}"], await test.ReadAsync("run").ConfigureAwait(false), "The journal");
        Equal(AppendOutcome.NotOwner, await AnswerAsync(test, lease with { Token = lease.Token + 1 }, 1, command.Id, "other").ConfigureAwait(false), "The append of somebody else");
    }

    private static async Task FirstAnswerAsync(StoreUnderTest test)
    {
        RunLease lease = await test.CreateAsync("run").ConfigureAwait(false);
        RunCommand command = CommandOf(test, "run", "1");
        await Of(test.Store).SendAsync(command, test.End).ConfigureAwait(false);
        await AnswerAsync(test, lease, 0, command.Id, "first", "{}").ConfigureAwait(false);
        Equal(AppendOutcome.Appended, await AnswerAsync(test, lease, 1, command.Id, "second", "{}").ConfigureAwait(false), "The append with the second answer");
        Equal("first", await AnswerOf(test.Store, test, "run", command.Id).ConfigureAwait(false), "The answer");
        Equal(AppendOutcome.Appended, await AnswerAsync(test, lease, 2, Guid.CreateVersion7(), "to nobody", "{}").ConfigureAwait(false), "The append with an answer to no command");
    }

    private static async Task WaitsAsync(StoreUnderTest test)
    {
        RunLease lease = await test.CreateAsync("run").ConfigureAwait(false);
        await test.Store.ReleaseLeaseAsync(lease, test.End).ConfigureAwait(false);
        await Of(test.Store).SendAsync(CommandOf(test, "run", "1"), test.End).ConfigureAwait(false);
        _ = await test.Store.AcquireLeaseAsync("run", "two", Lease, test.End).ConfigureAwait(false);
        Same(["1"], TextOf(await ReadAsync(test.Store, test, "run").ConfigureAwait(false)), "The commands");
    }

    private static async Task AreDeletedAsync(StoreUnderTest test)
    {
        RunLease lease = await test.CreateAsync("run").ConfigureAwait(false);
        RunCommand command = CommandOf(test, "run", "1");
        await Of(test.Store).SendAsync(command, test.End).ConfigureAwait(false);
        await AnswerAsync(test, lease, 0, command.Id, "yes", "{}").ConfigureAwait(false);
        await Of(test.Store).SendAsync(CommandOf(test, "run", "2"), test.End).ConfigureAwait(false);
        await test.Store.ReleaseLeaseAsync(lease, test.End).ConfigureAwait(false);
        True(await test.Store.DeleteAsync("run", test.End).ConfigureAwait(false), "The run is not deleted.");
        await test.CreateAsync("run").ConfigureAwait(false);
        Equal(0, (await ReadAsync(test.Store, test, "run").ConfigureAwait(false)).Count, "The number of commands");
        Equal(null, await Of(test.Store).FindAnswerAsync("run", command.Id, test.End).ConfigureAwait(false), "The answer");
    }

    private static async Task ApartAsync(StoreUnderTest test)
    {
        RunLease one = await test.CreateAsync("one").ConfigureAwait(false);
        await test.CreateAsync("two").ConfigureAwait(false);
        RunCommand command = CommandOf(test, "one", "1");
        await Of(test.Store).SendAsync(command, test.End).ConfigureAwait(false);
        await Of(test.Store).SendAsync(command with { RunId = "two", Content = Bytes("2") }, test.End).ConfigureAwait(false);
        Same(["1", "2"], TextOf(await Of(test.Store).ReadCommandsAsync(["one", "two", "one", "none"], 10, test.End).ConfigureAwait(false)), "The commands of both");
        await AnswerAsync(test, one, 0, command.Id, "yes", "{}").ConfigureAwait(false);
        Same(["2"], TextOf(await Of(test.Store).ReadCommandsAsync(["one", "two"], 10, test.End).ConfigureAwait(false)), "The commands that are not answered");
        Equal(null, await Of(test.Store).FindAnswerAsync("two", command.Id, test.End).ConfigureAwait(false), "The answer of the other run");
    }

    private static async Task IsRefusedAsync(StoreUnderTest test)
    {
        await test.CreateAsync("run").ConfigureAwait(false);
        await ThrowsAsync<ArgumentException>(() => Of(test.Store).SendAsync(CommandOf(test, "run", ""), test.End).AsTask(), "A command without content").ConfigureAwait(false);
        await ThrowsAsync<ArgumentException>(
            () => Of(test.Store).SendAsync(CommandOf(test, "run", new string('x', RunCommand.MaxLength + 1)), test.End).AsTask(), "A command that is too long").ConfigureAwait(false);
        True(await Of(test.Store).SendAsync(CommandOf(test, "run", new string('x', RunCommand.MaxLength)), test.End).ConfigureAwait(false), "The longest command is not sent.");
        Equal(RunCommand.MaxLength, (await ReadAsync(test.Store, test, "run").ConfigureAwait(false)).Single().Content.Length, "The length of the longest command");
    }

    private static IRunInbox Of(IRunStore store) => store.Inbox ?? throw new RunStoreConformanceException($"The store has no {nameof(IRunStore.Inbox)}.");

    private static RunCommand CommandOf(StoreUnderTest test, string runId, string content) => new(runId, Guid.CreateVersion7(), test.Clock.Now, Bytes(content));

    private static Task<AppendOutcome> AnswerAsync(StoreUnderTest test, RunLease lease, long sequence, Guid command, string answer, params string[] events) =>
        test.Store.AppendAsync(AppendOf(lease, sequence, events) with { Answers = [new CommandAnswer(command, Bytes(answer))] }, test.End).AsTask();

    private static Task<IReadOnlyList<RunCommand>> ReadAsync(IRunStore store, StoreUnderTest test, string runId) => Of(store).ReadCommandsAsync([runId], 10, test.End).AsTask();

    private static async Task<string?> AnswerOf(IRunStore store, StoreUnderTest test, string runId, Guid command) =>
        await Of(store).FindAnswerAsync(runId, command, test.End).ConfigureAwait(false) is { } answer ? Encoding.UTF8.GetString(answer.Content.Span) : null;

    private static IEnumerable<string> TextOf(IEnumerable<RunCommand> commands) => commands.Select(command => Encoding.UTF8.GetString(command.Content.Span));
}
