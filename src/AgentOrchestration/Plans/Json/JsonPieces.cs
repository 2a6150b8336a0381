using System.Buffers;
using System.Text.Json;

namespace AgentOrchestration.Plans.Json;

/// <summary>
/// Holds JSON while it is written: the first piece is used again and again, and what does not fit in it is in pieces of their own, so that nothing is
/// copied as it grows. One caller at a time.
/// </summary>
internal sealed class JsonPieces : IBufferWriter<byte>
{
    private const int FirstPiece = 16 * 1024;
    private const int LargestPiece = 4 * 1024 * 1024;

    private readonly byte[] _first = new byte[FirstPiece];
    private readonly List<ArraySegment<byte>> _full = [];
    private byte[] _current;
    private int _used;

    public JsonPieces() => _current = _first;

    public void Advance(int count) => _used += count;

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        int wanted = Math.Max(sizeHint, 1);
        if (_current.Length - _used < wanted)
        {
            if (_used > 0)
            {
                _full.Add(new ArraySegment<byte>(_current, 0, _used));
            }

            _current = new byte[Math.Max(wanted, Math.Min(_current.Length * 2, LargestPiece))];
            _used = 0;
        }

        return _current.AsMemory(_used);
    }

    public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    /// <summary>Reads what was written, and is empty again.</summary>
    public JsonElement Take(JsonDocumentOptions options)
    {
        try
        {
            return _full.Count == 0 && _current == _first ? JsonElement.Parse(_first.AsSpan(0, _used), options) : Own(options);
        }
        finally
        {
            _full.Clear();
            _current = _first;
            _used = 0;
        }
    }

    /// <summary>The element keeps what it was read from.</summary>
    private JsonElement Own(JsonDocumentOptions options)
    {
        _full.Add(new ArraySegment<byte>(_current, 0, _used));
        ReadOnlyMemory<byte> whole = _full is [var only] && only.Count > only.Array!.Length / 2 && only.Array != _first ? only : Join();
#pragma warning disable CA2000 // Its memory is that of the element.
        return JsonDocument.Parse(whole, options).RootElement;
#pragma warning restore CA2000
    }

    private byte[] Join()
    {
        byte[] whole = new byte[_full.Sum(piece => piece.Count)];
        int at = 0;
        foreach (ArraySegment<byte> piece in _full)
        {
            piece.AsSpan().CopyTo(whole.AsSpan(at));
            at += piece.Count;
        }

        return whole;
    }
}
