using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using AgentOrchestration.Runs;
using AgentOrchestration.Tasks;

namespace AgentOrchestration.Execution;

/// <summary>Makes the questions that people are asked before a subtask runs.</summary>
internal static class Approvals
{
    private static readonly JsonElement NoArguments = JsonElement.Parse("{}");

    /// <summary>The question of a subtask. Its fingerprint changes with every byte of what is asked.</summary>
    public static ApprovalQuestion QuestionOf(LocalRun run, int subtask)
    {
        TaskDescriptor taskType = run.Graph.TaskTypes[subtask];
        JsonElement arguments = run.Graph.Inputs[subtask] is { } binding ? run.Inputs.Resolve(binding) : NoArguments;
        string subject = $"{run.RunId}/{run.Graph.SubtaskAt(subtask).Id}\n{WorkIdentity.Of(taskType, arguments)}";
        return new ApprovalQuestion(Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(subject))), arguments);
    }
}
