using System.Globalization;
using System.Text;
using AgentOrchestration.Scheduling;
using Microsoft.Extensions.AI;

namespace AgentOrchestration.Testing.Models;

/// <summary>Prompts and answers as a scripted server counts them: four characters to a token.</summary>
internal static class ModelText
{
    public const int TokenLength = 4;

    public static int TokensOf(string text) => (text.Length + TokenLength - 1) / TokenLength;

    public static string PromptOf(IEnumerable<ChatMessage> messages)
    {
        var prompt = new StringBuilder();
        foreach (ChatMessage message in messages)
        {
            prompt.Append(message.Role.Value).Append('\n').Append(message.Text).Append('\n');
        }

        return prompt.ToString();
    }

    public static ulong Hash(ulong seed, ReadOnlySpan<char> text)
    {
        ulong hash = SplitMix64.Mix(seed ^ (uint)text.Length);
        foreach (char letter in text)
        {
            hash = (hash ^ letter) * 0x0000_0100_0000_01B3;
        }

        return SplitMix64.Mix(hash);
    }

    /// <summary>Gets the piece of an answer at an index: a token.</summary>
    public static string Token(ulong hash, int index) =>
        (SplitMix64.Mix(hash ^ (uint)index) & 0xFFF).ToString("x3", CultureInfo.InvariantCulture) + " ";

    /// <summary>Gets a number from 0 to less than 1 from a seed.</summary>
    public static double Share(ulong seed) => (SplitMix64.Mix(seed) >> 11) * (1.0 / (1UL << 53));
}
