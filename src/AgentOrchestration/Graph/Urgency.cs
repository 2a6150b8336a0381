namespace AgentOrchestration.Graph;

/// <summary>
/// The order of urgency as one number: the smaller, the more urgent. The upper half falls with the priority, the lower half
/// is the subtask's index, so no two are equal, and ties go by the plan's order.
/// </summary>
internal static class Urgency
{
    /// <param name="priority">The greater, the more urgent; not negative.</param>
    /// <param name="index">The subtask's index.</param>
    public static long Of(double priority, int index)
    {
        // The bits of a float that is not negative grow with it.
        int bits = BitConverter.SingleToInt32Bits((float)priority);
        return ((long)(int.MaxValue - bits) << 32) | (uint)index;
    }
}
