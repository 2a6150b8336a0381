using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Tests.Execution.Stopping;

/// <summary>A cancelled RunAsync ends at once, whatever does not return.</summary>
public sealed class CancelledCallTests
{
    private const string Plan = """{"subtasks":[{"id":"a","type":"one"}]}""";

    private readonly Checkpoint _checkpoint = new();
    private int _begun;

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task A_model_that_ignores_its_token_holds_up_no_caller_neither_in_planning_nor_in_compiling(int answersBefore)
    {
        var services = new ServiceCollection();
        services.AddChatClient(new DeafModel(_checkpoint, answersBefore));
        AddTaskTypes(services.AddAgentOrchestration());
        await using ServiceProvider process = services.BuildServiceProvider();

        await CancelledAsync(process, _checkpoint.Reached);

        _checkpoint.Open();
        Assert.Equal(answersBefore, _begun);
    }

    [Fact]
    public async Task A_store_that_does_not_answer_holds_up_no_caller_and_nothing_begins_afterwards()
    {
        var host = new DurableHost(AddTaskTypes);
        var answer = new TaskCompletionSource();
        var store = new HoldingStore(host.Store, _ => answer.Task);
        await using ServiceProvider process = host.NewProcess(store, builder => builder.Services.AddChatClient(new Testing.ScriptedChatClient().Answer(Plan).Otherwise(_ => "41")));

        await CancelledAsync(process, store.Held);

        answer.SetResult();
        await process.DisposeAsync().AsTask().InTimeAsync();
        Assert.Equal(0, _begun);
        Assert.Null(Assert.Single(await host.RunsAsync()).Lease);
    }

    private static async Task CancelledAsync(ServiceProvider process, Task whenStuck)
    {
        using var caller = CancellationTokenSource.CreateLinkedTokenSource(TestEnd);
        Task<int> answer = DurableHost.OrchestratorOf(process).RunAsync<int>(new OrchestrationRequest("Go."), caller.Token);
        await whenStuck.InTimeAsync();
        await caller.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => answer.InTimeAsync());
    }

    private void AddTaskTypes(IAgentOrchestrationBuilder builder) => builder.AddTaskType("one", "Is one.", (None _, TaskContext _, CancellationToken _) =>
    {
        Interlocked.Increment(ref _begun);
        return ValueTask.FromResult(1);
    });

    /// <summary>A model that answers so often, and then not before it may, whatever its token says.</summary>
    private sealed class DeafModel(Checkpoint checkpoint, int answersBefore) : IChatClient
    {
        private int _asked;

        public async Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options, CancellationToken cancellationToken)
        {
            if (Interlocked.Increment(ref _asked) > answersBefore)
            {
                await checkpoint.PassAsync(CancellationToken.None);
            }

            return new ChatResponse(new ChatMessage(ChatRole.Assistant, Plan));
        }

        public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
            IEnumerable<ChatMessage> messages, ChatOptions? options, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
        {
            foreach (ChatResponseUpdate update in (await GetResponseAsync(messages, options, cancellationToken)).ToChatResponseUpdates())
            {
                yield return update;
            }
        }

        public object? GetService(Type serviceType, object? serviceKey) => null;

        public void Dispose()
        {
        }
    }
}
