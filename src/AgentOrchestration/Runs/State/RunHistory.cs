namespace AgentOrchestration.Runs.State;

/// <summary>
/// The facts of a run in order. One writer at a time appends; any number of readers read without a lock, because a fact is written
/// before the count that makes it visible and never changes again.
/// </summary>
internal sealed class RunHistory
{
    private const int FirstChunkBits = 4;
    private const int LargestChunkBits = 11;
    private const int LargestChunk = 1 << LargestChunkBits;

    // Chunks hold 16, 32, … 2048 facts, then 2048 each: growing copies nothing, wastes little, and the index of a fact names its place.
    private const int SmallChunks = LargestChunkBits - FirstChunkBits;
    private const int SmallFacts = LargestChunk - (1 << FirstChunkBits);

    private RunFact[][] _chunks = new RunFact[SmallChunks][];
    private RunFact[] _latest = [];
    private int _used;
    private int _count;
    private bool _holdsBack;
    private int _shown;

    public int Count => Volatile.Read(ref _count);

    /// <summary>The facts that readers may see: all, or of a durable run those that are in its journal.</summary>
    public int Visible => _holdsBack ? Volatile.Read(ref _shown) : Count;

    /// <summary>Whether no more facts will be shown, though the run has not ended.</summary>
    public bool IsCut { get; private set; }

    /// <summary>Whether readers may see the end of the run.</summary>
    public bool HasEnded => Visible is > 0 and int visible && this[visible - 1].Kind == RunFactKind.RunEnded;

    /// <summary>Reads a fact below <see cref="Count"/>.</summary>
    public ref readonly RunFact this[int index]
    {
        get
        {
            (int chunk, int offset) = Locate(index);
            return ref Volatile.Read(ref _chunks)[chunk][offset];
        }
    }

    public void Append(in RunFact fact)
    {
        if (_used == _latest.Length)
        {
            AddChunk();
        }

        _latest[_used++] = fact;
        Volatile.Write(ref _count, _count + 1);
    }

    /// <summary>Whether a fact from a place on keeps the output of an attempt.</summary>
    public bool HasOutputOf(int subtask, int attempt, int from)
    {
        for (int index = from; index < Count; index++)
        {
            ref readonly RunFact fact = ref this[index];
            if (fact.Subtask == subtask && fact.Attempt == attempt && fact.HasOutput)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>From now on readers see only what is shown. Called before anybody reads.</summary>
    public void HoldBack() => _holdsBack = true;

    /// <summary>Lets readers see the first facts.</summary>
    public void Show(int count) => Volatile.Write(ref _shown, count);

    /// <summary>Lets readers see no more.</summary>
    public void Cut() => IsCut = true;

    private void AddChunk()
    {
        int chunk = Locate(_count).Chunk;
        RunFact[][] chunks = _chunks;
        if (chunk == chunks.Length)
        {
            Array.Resize(ref chunks, chunks.Length * 2);
        }

        _latest = chunks[chunk] = new RunFact[1 << Math.Min(FirstChunkBits + chunk, LargestChunkBits)];
        _used = 0;
        Volatile.Write(ref _chunks, chunks);
    }

    private static (int Chunk, int Offset) Locate(int index)
    {
        if (index >= SmallFacts)
        {
            int rest = index - SmallFacts;
            return (SmallChunks + (rest >> LargestChunkBits), rest & (LargestChunk - 1));
        }

        int shifted = (index >> FirstChunkBits) + 1;
        int chunk = 31 - int.LeadingZeroCount(shifted);
        return (chunk, index - (((1 << chunk) - 1) << FirstChunkBits));
    }
}
