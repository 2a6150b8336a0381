using System.Text.Json;
using AgentOrchestration.Plans;
using AgentOrchestration.Plans.Diagnostics;
using AgentOrchestration.Plans.Json;
using AgentOrchestration.Tasks;

namespace AgentOrchestration.Graph.Checking;

/// <summary>Checks the values that take the place of outputs against the schemas of the outputs. Many subtasks may share one value, which is checked once.</summary>
internal sealed class FallbackCheck(ITaskTypeRegistry taskTypes, PayloadSerializer serializer, PlanReport report, PatternMatcher patterns)
{
    private Dictionary<object, Finding>? _findings;

    /// <summary>Gives the policies of subtasks that have a fallback that fallback.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="types">By index, the task type; <see langword="null"/> where it is unknown.</param>
    /// <param name="policies">By index, the policy of a subtask whose task type is known.</param>
    public void Run(TaskPlan plan, TaskDescriptor?[] types, AttemptPolicy[] policies)
    {
        for (int i = 0; i < policies.Length; i++)
        {
            if (types[i] is { } type && Find(plan.Subtasks[i], type, i) is { } fallback)
            {
                policies[i] = policies[i].With(fallback);
            }
        }
    }

    /// <summary>Finds the fallback of a subtask: its own, or that of its task type.</summary>
    /// <returns>The fallback; <see langword="null"/> when there is none, or none that can be an output.</returns>
    private OutputFallback? Find(Subtask subtask, TaskDescriptor taskType, int index)
    {
        if (subtask.Plan is not null)
        {
            return null;
        }

        if (subtask.Policy is { Fallback: not null } own)
        {
            Finding ofSubtask = FindingOf(own, taskType, static policy => policy.Fallback!.Value);
            foreach ((string place, string message) in ofSubtask.Misfits)
            {
                report.Add(
                    PlanDiagnosticCode.InvalidPolicy, index, $"/policy/fallback{place}", $"Its fallback cannot be the output of '{taskType.Name}': {message}",
                    "Give a value of the output type, or leave the fallback out.");
            }

            return ofSubtask.Fallback;
        }

        if (taskType.Options.Fallback is not { } given)
        {
            return null;
        }

        Finding ofType = FindingOf(given, taskType, value => value.ToJson("It", taskType.OutputType, serializer.Options));
        foreach ((string place, string message) in ofType.Misfits)
        {
            report.Add(
                PlanDiagnosticCode.InvalidPolicy, index, "/type",
                $"The fallback of the task type '{taskType.Name}' cannot be its output{(place.Length == 0 ? "" : $", at '{place}'")}: {message}",
                $"Correct {nameof(TaskTypeOptions)}.{nameof(TaskTypeOptions.Fallback)} where the task type is registered.");
        }

        return ofType.Fallback;
    }

    private Finding FindingOf<T>(T key, TaskDescriptor taskType, Func<T, JsonElement> write)
        where T : class
    {
        _findings ??= new Dictionary<object, Finding>(ReferenceEqualityComparer.Instance);
        if (!_findings.TryGetValue(key, out Finding? finding) || finding.TaskType != taskType)
        {
            finding = new Finding(taskType);
            try
            {
                Check(finding, write(key));
            }
            catch (Exception exception)
            {
                // Converters are code of the application.
                finding.Add("", $"It cannot be written and read: {Excerpt.Of(exception.Message)}");
            }

            _findings[key] = finding;
        }

        return finding;
    }

    private void Check(Finding finding, JsonElement value)
    {
        TaskDescriptor taskType = finding.TaskType;
        if (taskType.Effect == TaskEffect.Irreversible)
        {
            finding.Add("", $"'{taskType.Name}' is {nameof(TaskEffect.Irreversible)}: a subtask that takes the value for the output cannot know whether the work was done.");
            return;
        }

        if (value.ValueKind == JsonValueKind.Undefined)
        {
            finding.Add("", "It is no JSON.");
        }
        else if (value.ValueKind == JsonValueKind.Null && taskType.OutputType != typeof(None))
        {
            if (!taskType.OutputMayBeNull)
            {
                finding.Add("", $"It is null, but '{taskType.Name}' declares an output that is not null ({CSharpName.Of(taskType.OutputType)}).");
            }
        }
        else if (value.ValueKind != JsonValueKind.Null)
        {
            new JsonSchemaCheck(
                taskTypes.GetOutputSchema(taskType),
                isReference: static _ => false,
                onReference: static (_, _, _) => { },
                onMisfit: (place, message) => finding.Add(place.IsRoot ? "" : place.ToString(), message),
                patterns)
            {
                IgnoresCase = serializer.Options.PropertyNameCaseInsensitive,
            }.Run(value);
        }

        if (finding.Misfits.Count == 0)
        {
            var fallback = new OutputFallback(value, taskType.OutputType, serializer);
            fallback.Read();
            finding.Fallback = fallback;
        }
    }

    private sealed class Finding(TaskDescriptor taskType)
    {
        public TaskDescriptor TaskType { get; } = taskType;

        public List<(string Place, string Message)> Misfits { get; } = [];

        public OutputFallback? Fallback { get; set; }

        public void Add(string place, string message) => Misfits.Add((place, message));
    }
}
