using System.Text.Json.Serialization;

namespace AgentOrchestration.Results;

/// <summary>Specifies why a run used less, or more, than one in which each subtask does its own work, once.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<SavingsReason>))]
public enum SavingsReason
{
    /// <summary>An identical subtask of the run made the output, or its work failed for both.</summary>
    Shared,

    /// <summary>Another run of the process made the output at the same time.</summary>
    Flight,

    /// <summary>The output was in the result cache.</summary>
    Cached,

    /// <summary>The run that this one was made from had the output.</summary>
    Reused,

    /// <summary>The output was in the journal when the run continued after an interruption.</summary>
    Resumed,

    /// <summary>An attempt that started early came to nothing (<see cref="ExtraWork.EarlyShare"/>). It is extra.</summary>
    Early,

    /// <summary>A batch endpoint answered calls at a lower price. Only the cost differs.</summary>
    BatchPrice,

    /// <summary>A second attempt ran beside another of its subtask: what the one used that did not give the output is extra.</summary>
    Hedge,

    /// <summary>
    /// A batch endpoint answered a call, and no code took the answer: the subtask was cancelled, its time to wait was up, or its code asked something else. It is extra.
    /// </summary>
    UnusedAnswer,
}
