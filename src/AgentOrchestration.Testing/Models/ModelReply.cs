namespace AgentOrchestration.Testing.Models;

/// <summary>What a scripted server has decided about a request that it accepted.</summary>
/// <param name="Hash">The hash of the prompt, which the answer is made of.</param>
/// <param name="InputTokens">The tokens of the prompt.</param>
/// <param name="Cached">Those of them that were read from the prompt cache.</param>
/// <param name="Written">Those of them that were written to it.</param>
/// <param name="OutputTokens">The tokens of the answer.</param>
/// <param name="IsCut">Whether the answer ends before it is complete.</param>
/// <param name="FirstToken">The time until the first token.</param>
/// <param name="Headers">The headers of the response.</param>
internal sealed record ModelReply(
    ulong Hash, int InputTokens, int Cached, int Written, int OutputTokens, bool IsCut, TimeSpan FirstToken, IReadOnlyDictionary<string, string> Headers);
