namespace AgentOrchestration.Graph.Growth;

/// <summary>Room in arrays by the indices of a graph that grows: a run that grows n times copies each item a bounded number of times.</summary>
internal static class GrowingArray
{
    /// <summary>Returns the length of an array that has to hold more: at least half as long again as before.</summary>
    /// <param name="length">The length before.</param>
    /// <param name="needed">How many items it has to hold.</param>
    public static int LengthFor(int length, int needed) => Math.Max(needed, (int)Math.Min(length + (length / 2L), Array.MaxLength));

    /// <summary>Makes room for a number of items. Readers of the array before are not disturbed.</summary>
    /// <param name="items">The array.</param>
    /// <param name="needed">How many items it has to hold.</param>
    public static void Reserve<T>(ref T[] items, int needed)
    {
        if (needed > items.Length)
        {
            Array.Resize(ref items, LengthFor(items.Length, needed));
        }
    }
}
