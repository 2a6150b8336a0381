using System.Buffers;

namespace AgentOrchestration.Plans.Reading;

/// <summary>What a <see cref="JsonRelaxer"/> has written, the comma that it holds back, and the name of the property whose value comes next.</summary>
internal sealed class RelaxedJson
{
    private const int LongestName = 32;

    private readonly ArrayBufferWriter<byte> _written = new();
    private readonly char[] _name = new char[LongestName];
    private int _nameLength;

    /// <param name="name">The name of the property whose value comes next, as far as it is known.</param>
    public RelaxedJson(string name)
    {
        _nameLength = Math.Min(name.Length, LongestName);
        name.CopyTo(0, _name, 0, _nameLength);
    }

    /// <summary>Gets the bytes since the last <see cref="Clear"/>.</summary>
    public ReadOnlySpan<byte> Written => _written.WrittenSpan;

    /// <summary>Gets the name of the last property, as far as it is known.</summary>
    public string Name => new(_name, 0, _nameLength);

    /// <summary>Gets or sets a value that indicates whether a comma is held back, until it is clear that something follows it.</summary>
    public bool HasComma { get; set; }

    public void Clear() => _written.ResetWrittenCount();

    /// <summary>A text begins, which may be a name.</summary>
    public void OpenText() => _nameLength = 0;

    public void Put(byte next, bool isText = false)
    {
        _written.GetSpan(1)[0] = next;
        _written.Advance(1);
        if (isText && next != (byte)'"' && _nameLength < LongestName)
        {
            _name[_nameLength++] = (char)next;
        }
    }

    public void Put(ReadOnlySpan<byte> bytes) => _written.Write(bytes);

    /// <summary>Puts the comma that was held back.</summary>
    public void PutComma()
    {
        if (HasComma)
        {
            Put((byte)',');
            HasComma = false;
        }
    }
}
