namespace AgentOrchestration.Scheduling.Sharing;

/// <summary>Runs that are to be notified, outside every gate, that they may ask again.</summary>
internal struct NotifiedRuns
{
    private RunResources? _first;
    private List<RunResources>? _others;

    public void Add(RunResources run)
    {
        if (_first is null)
        {
            _first = run;
        }
        else
        {
            (_others ??= []).Add(run);
        }
    }

    /// <param name="except">A run that finds out in another way.</param>
    public readonly void Notify(RunResources? except = null)
    {
        Notify(_first, except);
        foreach (RunResources run in _others ?? [])
        {
            Notify(run, except);
        }
    }

    private static void Notify(RunResources? run, RunResources? except)
    {
        if (run != except)
        {
            run?.Notified?.Invoke();
        }
    }
}
