namespace AgentOrchestration.Scheduling.Sharing;

/// <summary>Runs that are to hear, outside every gate, that they may ask again.</summary>
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

    /// <param name="except">A run that hears it in another way.</param>
    public readonly void Tell(RunResources? except = null)
    {
        Tell(_first, except);
        foreach (RunResources run in _others ?? [])
        {
            Tell(run, except);
        }
    }

    private static void Tell(RunResources? run, RunResources? except)
    {
        if (run != except)
        {
            run?.Told?.Invoke();
        }
    }
}
