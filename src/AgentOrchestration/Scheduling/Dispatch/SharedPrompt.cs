namespace AgentOrchestration.Scheduling.Dispatch;

/// <summary>A long prompt that several subtasks share. Times are UTC ticks.</summary>
internal sealed class SharedPrompt
{
    /// <summary>Those that wait for their turn, or have.</summary>
    public List<int> Waiting { get; } = [];

    /// <summary>Those that are held until the endpoint knows the prompt.</summary>
    public List<int> Held { get; } = [];

    /// <summary>Whether one has started and the others are held for it.</summary>
    public bool IsOpening { get; private set; }

    public int Opener { get; private set; }

    public int Attempt { get; private set; }

    /// <summary>When it started.</summary>
    public long Since { get; private set; }

    /// <summary>Until when the others are held at most.</summary>
    public long Until { get; private set; }

    /// <summary>Until when the endpoint knows the prompt.</summary>
    public long KnownUntil { get; set; }

    /// <summary>How often in a row the one that started first has failed.</summary>
    public int Failures { get; private set; }

    public void Open(int subtask, int attempt, long now, long until) => (IsOpening, Opener, Attempt, Since, Until) = (true, subtask, attempt, now, until);

    /// <param name="isKnown">Whether the endpoint knows the prompt now.</param>
    /// <param name="lifetime">For how long, from the start of the call.</param>
    /// <returns>Those that were held.</returns>
    public int[] Close(bool isKnown, long lifetime)
    {
        IsOpening = false;
        Failures = isKnown ? 0 : Failures + 1;
        KnownUntil = isKnown ? Since + lifetime : KnownUntil;
        int[] held = [.. Held];
        Held.Clear();
        return held;
    }
}
