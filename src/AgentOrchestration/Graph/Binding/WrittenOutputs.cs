using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace AgentOrchestration.Graph.Binding;

/// <summary>Outputs as JSON, as they were when their code had returned. Safe for concurrent use.</summary>
internal sealed class WrittenOutputs
{
    /// <summary>By object too: the late output of an abandoned attempt takes the place of none that counts.</summary>
    private readonly ConcurrentDictionary<(int Subtask, object Output), JsonElement> _outputs = new(new ByReference());

    /// <summary>Whether an output could be changed by one of those who have it, so that each needs a copy.</summary>
    public static bool MayChange(object output) =>
        output is not (string or None or decimal or Guid or DateTime or DateTimeOffset or TimeSpan or Enum) && !output.GetType().IsPrimitive;

    /// <summary>Keeps an output, if it could change.</summary>
    public void Keep(int subtask, object? output, JsonElement json)
    {
        if (output is not null && MayChange(output))
        {
            _outputs[(subtask, output)] = json;
        }
    }

    /// <summary>Drops an output that does not count.</summary>
    public void Forget(int subtask, object? output)
    {
        if (output is not null)
        {
            _outputs.TryRemove((subtask, output), out _);
        }
    }

    public bool TryGet(int subtask, object? output, out JsonElement json)
    {
        json = default;
        return output is not null && _outputs.TryGetValue((subtask, output), out json);
    }

    private sealed class ByReference : IEqualityComparer<(int Subtask, object Output)>
    {
        public bool Equals((int Subtask, object Output) x, (int Subtask, object Output) y) => x.Subtask == y.Subtask && ReferenceEquals(x.Output, y.Output);

        public int GetHashCode((int Subtask, object Output) obj) => HashCode.Combine(obj.Subtask, RuntimeHelpers.GetHashCode(obj.Output));
    }
}
