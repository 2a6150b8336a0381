namespace AgentOrchestration.Plans.Diagnostics;

/// <summary>
/// What is wrong with a plan, one by one as far as that helps: who has made a hundred mistakes learns nothing from the next thousand, and a
/// hostile plan has more than memory holds.
/// </summary>
internal sealed class DiagnosticList
{
    public const int MaxTold = 100;

    private readonly List<PlanDiagnostic> _told = [];

    /// <summary>How many there are, those included that are not told.</summary>
    public int Count { get; private set; }

    public void Add(PlanDiagnostic diagnostic)
    {
        if (++Count <= MaxTold)
        {
            _told.Add(diagnostic);
        }
    }

    /// <summary>Chooses which of many diagnostics are reported; what has ended the reading comes first, so that it is among them.</summary>
    public static IReadOnlyList<PlanDiagnostic> Of(IReadOnlyList<PlanDiagnostic> diagnostics)
    {
        if (diagnostics.Count <= MaxTold)
        {
            return diagnostics;
        }

        var list = new DiagnosticList();
        foreach (PlanDiagnostic diagnostic in diagnostics.OrderBy(diagnostic => diagnostic.Code is PlanDiagnosticCode.TooLarge or PlanDiagnosticCode.CutOff ? 0 : 1))
        {
            list.Add(diagnostic);
        }

        return list.ToList();
    }

    /// <summary>The first of them, and how many more there are.</summary>
    public IReadOnlyList<PlanDiagnostic> ToList() => Count <= MaxTold ? _told :
    [
        .. _told,
        new PlanDiagnostic(PlanDiagnosticCode.More, "", $"There are at least {Count - MaxTold} more mistakes.", "Correct those above first."),
    ];
}
