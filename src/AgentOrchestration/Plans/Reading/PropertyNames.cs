namespace AgentOrchestration.Plans.Reading;

/// <summary>The names of properties in an answer: which mean the same, and which only remark on the plan.</summary>
internal static class PropertyNames
{
    public const string Subtasks = "subtasks";
    public const string Goal = "goal";
    public const string Version = "version";
    public const string Schemas = "schemas";
    public const string EstimatedMinutes = "estimatedMinutes";

    private const int Longest = 40;

    private static readonly HashSet<string> ListNames = new(StringComparer.Ordinal) { "subtasks", "subtask", "steps", "tasks", "plan", "plansteps", "plannedsteps", "plannedtasks", "planitems" };

    /// <summary>What says why a plan is as it is, what it is called, or where it comes from, and never what is to be done.</summary>
    private static readonly HashSet<string> Remarks = new(StringComparer.Ordinal)
    {
        "reasoning", "reason", "reasons", "thought", "thoughts", "thinking", "rationale", "explanation", "explanations", "analysis", "justification", "chainofthought", "cot", "scratchpad",
        "reflection", "observation", "observations", "comment", "comments", "note", "notes", "remark", "remarks", "summary", "overview", "approach", "assumptions", "confidence", "message",
        "metadata", "meta", "usage", "language", "author", "model", "createdat", "timestamp", "$schema", "$comment",
    };

    /// <summary>What also only remarks where it stands beside the list of subtasks.</summary>
    private static readonly HashSet<string> RemarksOfPlan = new(StringComparer.Ordinal)
    {
        "title", "name", "description", "id", "planid", "planname", "type", "request", "query", "question", "objective", "totalestimatedminutes", "totalminutes", "estimatedminutes", "totalsubtasks", "totalsteps",
    };

    /// <summary>What appears in a schema beside its properties.</summary>
    private static readonly HashSet<string> OfSchema = new(StringComparer.Ordinal) { "required", "$defs", "definitions" };

    /// <summary>Decides whether a name is another in another spelling: capitals, underscores, hyphens or spaces.</summary>
    public static bool IsSpelling(string written, string name) =>
        written.Length <= Longest && string.Equals(Plain(written), Plain(name), StringComparison.Ordinal);

    /// <summary>Decides whether a list or an object of a name may hold the subtasks.</summary>
    /// <param name="name">The name.</param>
    /// <param name="isObject">It holds an object with the id of each subtask as a name.</param>
    public static bool IsList(string name, bool isObject) => name.Length <= Longest && ListNames.Contains(Plain(name)) && !(isObject && Plain(name) == "plan");

    public static bool IsRemark(string name) => name.Length <= Longest && Remarks.Contains(Plain(name));

    public static bool IsRemarkOfPlan(string name) => IsRemark(name) || (name.Length <= Longest && RemarksOfPlan.Contains(Plain(name)));

    public static bool IsOfSchema(string name) => OfSchema.Contains(name);

    private static string Plain(string name) => string.Concat(name.Where(letter => letter is not ('_' or '-' or ' '))).ToLowerInvariant();
}
