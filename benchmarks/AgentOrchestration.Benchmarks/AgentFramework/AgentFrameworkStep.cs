using AgentOrchestration.Benchmarks.Compare;
using Microsoft.Agents.AI.Workflows;

namespace AgentOrchestration.Benchmarks.AgentFramework;

/// <summary>
/// A task as an executor. A barrier lets the messages of all sources through together, but one by one: the work is done on the last.
/// </summary>
internal sealed class AgentFrameworkStep(string id, int messages, Func<CancellationToken, ValueTask<Answer>> work)
    : Executor<Answer>(id), IResettableExecutor
{
    private int _received;

    public override async ValueTask HandleAsync(Answer message, IWorkflowContext context, CancellationToken cancellationToken = default)
    {
        if (++_received < messages)
        {
            return;
        }

        _received = 0;
        Answer answer = await work(cancellationToken);
        await context.SendMessageAsync(answer, cancellationToken);
    }

    public ValueTask ResetAsync()
    {
        _received = 0;
        return ValueTask.CompletedTask;
    }

    protected override ProtocolBuilder ConfigureProtocol(ProtocolBuilder protocolBuilder) =>
        base.ConfigureProtocol(protocolBuilder).SendsMessage<Answer>();
}
