using System.Text;

namespace AgentOrchestration.Execution.Attempts;

/// <summary>
/// What an attempt has streamed while another of its subtask is shown, without secrets: if it gives the output after all, it is shown from its beginning. Of very
/// long text only the end is kept. Used under its own lock.
/// </summary>
internal sealed class HiddenText
{
    /// <summary>How many characters are kept at least.</summary>
    private const int Kept = 256 * 1024;

    private readonly StringBuilder _text = new();

    public void Add(string piece)
    {
        _text.Append(piece);
        if (_text.Length > 2 * Kept)
        {
            _text.Remove(0, _text.Length - Kept);
        }
    }

    /// <summary>Takes all of it; empty for nothing.</summary>
    public string Take()
    {
        string text = _text.ToString();
        _text.Clear();
        return text;
    }
}
