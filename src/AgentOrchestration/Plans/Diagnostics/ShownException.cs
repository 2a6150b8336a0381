using System.Text;

namespace AgentOrchestration.Plans.Diagnostics;

/// <summary>Appears in a log for an exception whose text would act on the log instead of being read there, or has no end.</summary>
#pragma warning disable CA1032, CA1064 // Only a log sees it.
internal sealed class ShownException : Exception
#pragma warning restore CA1032, CA1064
{
    private const int LongestMessage = 16 * 1024;
    private const int LongestText = 64 * 1024;
    private const int MostErrors = 32;

    private readonly string _text;

    private ShownException(string message, string text, string? stackTrace)
        : base(message)
    {
        _text = text;
        StackTrace = stackTrace;
    }

    /// <inheritdoc/>
    public override string? StackTrace { get; }

    /// <summary>Gets the exception to log: itself, when nothing in its text acts.</summary>
    public static Exception? Of(Exception? exception) => exception is null || IsPlain(exception) ? exception : Describe(exception);

    /// <inheritdoc/>
    public override string ToString() => _text;

    private static bool IsPlain(Exception exception)
    {
        try
        {
            string text = exception.ToString();
            return text.Length <= LongestText && ReferenceEquals(ShownText.Block(text), text)
                && Errors(exception).All(error => error.Message is { } message && ReferenceEquals(ShownText.Line(message), message));
        }
        catch (Exception)
        {
            // The text of an exception is code of the exception's author.
            return false;
        }
    }

    private static ShownException Describe(Exception exception)
    {
        var text = new StringBuilder();
        foreach (Exception error in Errors(exception))
        {
            text.Append(text.Length == 0 ? "" : $"{Environment.NewLine} ---> ").Append(error.GetType().FullName).Append(": ").Append(Read(() => Excerpt.Of(error.Message, LongestMessage)));
            if (Read(() => error.StackTrace) is { Length: > 0 } stack)
            {
                text.Append(Environment.NewLine).Append(ShownText.Block(stack));
            }

            if (text.Length > LongestText)
            {
                // What is cut here was written by us, or by the runtime.
                text.Length = char.IsHighSurrogate(text[LongestText - 1]) ? LongestText - 1 : LongestText;
                text.Append('…');
                break;
            }
        }

        string message = $"{exception.GetType().Name}: {Read(() => Excerpt.Of(exception.Message, LongestMessage))}";
        return new ShownException(message, text.ToString(), Read(() => exception.StackTrace is { } stack ? ShownText.Block(stack) : null));
    }

    /// <summary>The exception and those inside it; not all, where there are very many.</summary>
    private static List<Exception> Errors(Exception exception)
    {
        List<Exception> errors = [];
        var open = new Stack<Exception>([exception]);
        while (errors.Count < MostErrors && open.TryPop(out Exception? next))
        {
            errors.Add(next);
            IEnumerable<Exception> inner = next is AggregateException aggregate ? aggregate.InnerExceptions.Reverse() : next.InnerException is { } one ? [one] : [];
            foreach (Exception error in inner)
            {
                open.Push(error);
            }
        }

        return errors;
    }

    private static string? Read(Func<string?> read)
    {
        try
        {
            return read();
        }
        catch (Exception exception)
        {
            return $"(it could not be read: {exception.GetType().Name})";
        }
    }
}
