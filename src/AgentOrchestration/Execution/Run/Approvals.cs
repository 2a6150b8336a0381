using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using AgentOrchestration.Execution.Attempts;
using AgentOrchestration.Runs.State;
using AgentOrchestration.Tasks;

namespace AgentOrchestration.Execution.Run;

/// <summary>Makes the questions that people are asked before a subtask runs.</summary>
internal static class Approvals
{
    /// <summary>The question of a subtask. Its fingerprint changes with every byte of what is asked.</summary>
    /// <param name="run">The environment of the run.</param>
    /// <param name="subtask">The subtask.</param>
    /// <param name="arguments">The resolved arguments, which its input is made from.</param>
    public static ApprovalQuestion QuestionOf(RunEnvironment run, int subtask, JsonElement arguments)
    {
        TaskDescriptor taskType = run.Graph.TaskTypes[subtask];
        string subject = $"{run.RunId}/{run.Graph.SubtaskAt(subtask).Id}\n{WorkIdentity.Of(taskType, arguments)}";
        return new ApprovalQuestion(Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(subject))), arguments);
    }
}
