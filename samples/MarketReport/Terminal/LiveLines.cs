using AgentOrchestration;
using AgentOrchestration.Runs.Events;
using Spectre.Console;

namespace MarketReport.Terminal;

/// <summary>
/// The lines of the live view. Subtasks that a run adds, those of a plan within the plan and the items of a list are counted on the line of the
/// subtask that they belong to: a run may have thousands, and a screen does not.
/// </summary>
internal sealed class LiveLines(ProgressContext progress)
{
    private const double Whole = 1;

    private readonly Dictionary<string, Line> _lines = new(StringComparer.Ordinal);

    public void Add(Subtask subtask) => _lines.TryAdd(subtask.Id, new Line(progress.AddTask(TerminalText.Of(subtask.Name), autoStart: false, maxValue: Whole), subtask.Name));

    public void Show(RunEvent next)
    {
        switch (next)
        {
            case PlanExtended extended:
                extended.Subtasks.ToList().ForEach(Add);
                break;
            case SubtasksAdded added:
                LineOf(added.SubtaskId).AddParts(added.Subtasks.Count);
                break;
            case SubtaskEvent fact when fact.SubtaskId.Contains('/', StringComparison.Ordinal):
                LineOf(fact.SubtaskId).ShowPart(fact);
                break;
            case SubtaskEvent fact:
                LineOf(fact.SubtaskId).Show(fact);
                break;
        }
    }

    /// <summary>The ids of what is added begin with that of the subtask that it belongs to, and a slash.</summary>
    private Line LineOf(string id)
    {
        string owner = id.Split('/')[0];
        if (!_lines.ContainsKey(owner))
        {
            Add(new Subtask { Id = owner, Name = owner, TaskType = "" });
        }

        return _lines[owner];
    }

    private sealed class Line(ProgressTask task, string name)
    {
        private readonly string _name = TerminalText.Of(name);
        private int _parts;
        private int _ended;

        private string Counted => _parts == 0 ? _name : $"{_name} [grey]{_ended} of {_parts}[/]";

        public void AddParts(int count) => _parts += count;

        public void ShowPart(SubtaskEvent fact)
        {
            if (fact is AttemptStarted && !task.IsStarted)
            {
                task.StartTask();
            }

            if (fact is SubtaskSucceeded or SubtaskFailed or SubtaskSkipped or SubtaskCancelled)
            {
                _ended++;
                task.Value = Whole * _ended / Math.Max(_parts, _ended);
                task.Description = Counted;
            }
        }

        public void Show(SubtaskEvent fact)
        {
            switch (fact)
            {
                case AttemptStarted:
                    task.StartTask();
                    break;
                case ProgressReported progress:
                    task.Value = progress.Fraction;
                    task.Description = $"{_name} [grey]{TerminalText.Of(progress.Message)}[/]";
                    break;
                case AttemptFailed failed:
                    task.Description = $"{_name} [yellow]attempt {failed.Attempt} failed[/]";
                    break;
                case SubtaskSucceeded:
                    task.Value = Whole;
                    End(Counted);
                    break;
                case SubtaskFailed:
                    End($"[red]{_name} failed[/]");
                    break;
                case SubtaskSkipped:
                    End($"[grey]{_name} skipped[/]");
                    break;
                case SubtaskCancelled:
                    End($"[yellow]{_name} cancelled[/]");
                    break;
            }
        }

        private void End(string description)
        {
            task.Description = description;
            task.StopTask();
        }
    }
}
