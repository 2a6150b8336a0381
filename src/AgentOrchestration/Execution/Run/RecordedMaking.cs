using AgentOrchestration.Runs.State;
using AgentOrchestration.Tasks;

namespace AgentOrchestration.Execution.Run;

/// <summary>What making each output of a run used and took, by the facts of the run.</summary>
internal sealed class RecordedMaking
{
    private readonly Dictionary<int, AvoidedWork> _works = [];

    public RecordedMaking(RunHistory history)
    {
        Dictionary<(int Subtask, int Attempt), long> started = [];
        Dictionary<(int Subtask, int Attempt), TaskUsage> used = [];
        for (int index = 0; index < history.Count; index++)
        {
            RunFact fact = history[index];
            switch (fact.Kind)
            {
                case RunFactKind.AttemptStarted:
                    started[(fact.Subtask, fact.Attempt)] = fact.Time;
                    break;
                case RunFactKind.UsageCounted when fact is { Attempt: > 0, Detail: 0 }:
                    var usage = (TaskUsage)fact.Payload!;
                    used[(fact.Subtask, fact.Attempt)] = used.TryGetValue((fact.Subtask, fact.Attempt), out TaskUsage? before) ? before.Add(usage) : usage;
                    break;
                case RunFactKind.WorkAvoided:
                    _works[fact.Subtask] = (AvoidedWork)fact.Payload!;
                    break;
                case RunFactKind.SubtaskSucceeded when fact.Payload is SharedOutput shared:
                    if (_works.TryGetValue(shared.Worker, out AvoidedWork? made))
                    {
                        _works[fact.Subtask] = made;
                    }

                    break;
                case RunFactKind.SubtaskSucceeded when fact.Payload is HeldOutput:
                    break;
                case RunFactKind.OutputHeld or RunFactKind.SubtaskSucceeded when fact.Attempt > 0 && started.TryGetValue((fact.Subtask, fact.Attempt), out long begin):
                    _works[fact.Subtask] = new AvoidedWork(used.GetValueOrDefault((fact.Subtask, fact.Attempt), TaskUsage.None), fact.Time - begin);
                    break;
            }
        }
    }

    /// <returns>The work; <see langword="null"/> when nothing is recorded of it.</returns>
    public AvoidedWork? Of(int subtask) => _works.GetValueOrDefault(subtask);
}
