using System.ClientModel.Primitives;

namespace LoopbackModel.Tests;

/// <summary>Decides as the SDK does; what it would wait, it notes.</summary>
internal sealed class RecordingRetryPolicy : ClientRetryPolicy
{
    public List<TimeSpan> Waits { get; } = [];

    protected override Task WaitAsync(TimeSpan time, CancellationToken cancellationToken)
    {
        Waits.Add(time);
        return Task.CompletedTask;
    }
}
