using AgentOrchestration.Plans;
using AgentOrchestration.Runs;

namespace AgentOrchestration.Execution;

/// <summary>The secrets that attempts were given, to keep them out of what is told about their runs. Safe for concurrent use.</summary>
internal sealed class RevealedSecrets
{
    // A shorter text is no secret, and would be found in every other message.
    private const int Shortest = 4;

    private readonly Lock _gate = new();
    private readonly ISecretProvider? _provider;
    private string[] _values = [];

    public RevealedSecrets(ISecretProvider? provider)
    {
        _provider = provider;
        Revealing = Reveal;
    }

    /// <summary>Gives the value of a secret, which is kept out of what is told from then on.</summary>
    public Func<string, string> Revealing { get; }

    private string Reveal(string name)
    {
        string value = _provider is null
            ? throw new InvalidOperationException($"The arguments name the secret '{Excerpt.Of(name)}', but the application has registered no {nameof(ISecretProvider)}.")
            : _provider.Find(name) ?? throw new InvalidOperationException($"There is no secret '{Excerpt.Of(name)}'.");
        if (value.Length >= Shortest && !Volatile.Read(ref _values).Contains(value))
        {
            lock (_gate)
            {
                // The longest first, so that nothing is left of one that holds another.
                Volatile.Write(ref _values, [.. _values.Concat(SecretForms.Of(value)).Where(form => form.Length >= Shortest).Distinct(StringComparer.Ordinal).OrderByDescending(form => form.Length)]);
            }
        }

        return value;
    }

    /// <summary>A text without the secrets, also where they are written as in a URL, in JSON or in base64.</summary>
    public string Redact(string text)
    {
        foreach (string value in Volatile.Read(ref _values))
        {
            text = text.Replace(value, "***", StringComparison.Ordinal);
        }

        return text;
    }

    /// <summary>An error without the secrets. The exception goes with them, because it would tell them too.</summary>
    public SubtaskError Redact(SubtaskError error) => Redact(error.Message) is var message && message == error.Message && !IsToldBy(error.Exception)
        ? error
        : error with { Message = message, Exception = null };

    private bool IsToldBy(Exception? exception)
    {
        if (exception is null || Volatile.Read(ref _values).Length == 0)
        {
            return false;
        }

        try
        {
            string text = exception.ToString();
            return Redact(text) != text;
        }
        catch (Exception)
        {
            // The text of an exception is code of whoever wrote it.
            return true;
        }
    }
}
