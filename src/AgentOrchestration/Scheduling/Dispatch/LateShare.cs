namespace AgentOrchestration.Scheduling.Dispatch;

/// <summary>
/// How many of the latest attempts of a task type have shown no progress for longer than nearly all need. When that are more than a tenth, it is not the attempt
/// that is slow, but what all of them use.
/// </summary>
internal sealed class LateShare
{
    private const int Latest = 100;
    private const int MostInHundred = 10;

    private int _all;
    private int _late;

    /// <summary>Whether more than a tenth are late. A single one shows nothing.</summary>
    public bool IsTooLarge => _late > 1 && _late * 100 > _all * MostInHundred;

    public void Count(bool isLate)
    {
        if (_all == Latest)
        {
            (_all, _late) = (_all / 2, _late / 2);
        }

        _all++;
        _late += isLate ? 1 : 0;
    }
}
