namespace LoopbackModel;

public enum CutPoint
{
    /// <summary>The status line and headers arrive, the body never starts.</summary>
    AfterHeaders,

    /// <summary>Half of the body arrives; of a stream, whole events with the first half of the text.</summary>
    Midway,
}
