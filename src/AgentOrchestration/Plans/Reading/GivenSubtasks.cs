namespace AgentOrchestration.Plans.Reading;

/// <summary>Gives each subtask that was read out once.</summary>
internal sealed class GivenSubtasks
{
    private static readonly IReadOnlyList<Subtask> None = [];

    private readonly List<Subtask> _collected = [];
    private int _taken;

    /// <summary>Another object is read.</summary>
    public void Restart() => _taken = 0;

    /// <summary>Takes what has become known of an object that will not be asked again.</summary>
    /// <param name="sound">Its subtasks so far, or <see langword="null"/> when none counts any more.</param>
    public void Collect(List<Subtask>? sound)
    {
        if (sound is not null && sound.Count > _taken)
        {
            _collected.AddRange(sound[_taken..]);
            _taken = sound.Count;
        }
    }

    /// <summary>Gets what has become known since the last time.</summary>
    /// <param name="sound">The subtasks so far of the object that is read, or <see langword="null"/> when none counts any more.</param>
    public IReadOnlyList<Subtask> Take(List<Subtask>? sound)
    {
        if (_collected.Count == 0)
        {
            if (sound is null || sound.Count == _taken)
            {
                return None;
            }

            List<Subtask> next = sound[_taken..];
            _taken = sound.Count;
            return next;
        }

        Collect(sound);

        Subtask[] given = [.. _collected];
        _collected.Clear();
        return given;
    }
}
