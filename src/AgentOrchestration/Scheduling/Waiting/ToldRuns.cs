namespace AgentOrchestration.Scheduling.Waiting;

/// <summary>Runs that are to hear, outside every gate, that they may ask again.</summary>
internal struct ToldRuns
{
    private RunShare? _first;
    private List<RunShare>? _others;

    public void Add(RunShare run)
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
    public readonly void Tell(RunShare? except = null)
    {
        Tell(_first, except);
        foreach (RunShare run in _others ?? [])
        {
            Tell(run, except);
        }
    }

    private static void Tell(RunShare? run, RunShare? except)
    {
        if (run != except)
        {
            run?.Told?.Invoke();
        }
    }
}
