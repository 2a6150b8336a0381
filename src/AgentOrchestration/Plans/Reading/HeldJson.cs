namespace AgentOrchestration.Plans.Reading;

/// <summary>The bytes of an answer that are not used up: those of the subtask that is open, and those that are no whole token yet.</summary>
internal sealed class HeldJson
{
    private byte[] _bytes = new byte[512];
    private int _subtaskStart = -1;
    private int _unread;
    private int _end;

    /// <summary>Gets or sets how many bytes were added in all.</summary>
    public int Length { get; set; }

    /// <summary>Gets the bytes that follow the last token.</summary>
    public ReadOnlySpan<byte> Unread => _bytes.AsSpan(_unread, _end - _unread);

    /// <summary>Gets a value that indicates whether a subtask is open.</summary>
    public bool HasSubtask => _subtaskStart >= 0;

    /// <summary>Gets the open subtask, up to the last token.</summary>
    public ReadOnlySpan<byte> Subtask => _bytes.AsSpan(_subtaskStart, _unread - _subtaskStart);

    /// <summary>Adds a piece. Nothing before the open subtask, or before what is unread, is kept.</summary>
    public void Add(ReadOnlySpan<byte> slice)
    {
        Length += slice.Length;
        int keepFrom = _subtaskStart >= 0 ? _subtaskStart : _unread;
        if (keepFrom > 0)
        {
            _bytes.AsSpan(keepFrom, _end - keepFrom).CopyTo(_bytes);
            _unread -= keepFrom;
            _end -= keepFrom;
            _subtaskStart = Math.Max(-1, _subtaskStart - keepFrom);
        }

        if (_end + slice.Length > _bytes.Length)
        {
            Array.Resize(ref _bytes, Math.Max(_end + slice.Length, 2 * _bytes.Length));
        }

        slice.CopyTo(_bytes.AsSpan(_end));
        _end += slice.Length;
    }

    /// <summary>Takes back what is unread.</summary>
    public byte[] Remove()
    {
        byte[] rest = Unread.ToArray();
        _end = _unread;
        Length -= rest.Length;
        return rest;
    }

    /// <summary>Counts bytes as read.</summary>
    public void Advance(int count) => _unread += count;

    /// <summary>A subtask begins.</summary>
    /// <param name="offset">Where, from the first byte that is unread.</param>
    public void OpenSubtask(int offset) => _subtaskStart = _unread + offset;

    /// <summary>A subtask ends.</summary>
    /// <param name="offset">Where, from the first byte that is unread.</param>
    /// <returns>Its bytes.</returns>
    public ReadOnlySpan<byte> CloseSubtask(int offset)
    {
        int start = _subtaskStart;
        _subtaskStart = -1;
        return _bytes.AsSpan(start, _unread + offset - start);
    }

    /// <summary>Gets the name before what is unread, within a subtask.</summary>
    public string NameBefore()
    {
        ReadOnlySpan<byte> before = _bytes.AsSpan(0, _unread).TrimEnd(" \t\r\n:"u8);
        if (_subtaskStart < 0 || before is not [.., (byte)'"'])
        {
            return "";
        }

        int start = before[..^1].LastIndexOf((byte)'"');
        return start < 0 ? "" : SurroundingText.Decode(before[(start + 1)..^1]);
    }
}
