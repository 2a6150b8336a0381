using AgentOrchestration.Resources;

namespace AgentOrchestration.Tests.Resources;

public sealed class ResourceLeaseTests
{
    [Fact]
    public void Dispose_Twice_ReleasesOnceWithWhatWasGranted()
    {
        List<ResourceRequirements> released = [];
        var granted = ResourceRequirements.Of("gpu", 1);
        var lease = new ResourceLease(granted, released.Add);

        lease.Dispose();
        lease.Dispose();

        Assert.Same(granted, Assert.Single(released));
    }

    [Fact]
    public void Constructor_NothingGrantedOrNoRelease_IsRefusedByName()
    {
        Assert.Equal("granted", Assert.Throws<ArgumentNullException>(() => new ResourceLease(null!, _ => { })).ParamName);
        Assert.Equal("release", Assert.Throws<ArgumentNullException>(() => new ResourceLease(ResourceRequirements.None, (Action<ResourceRequirements>)null!)).ParamName);
    }

    [Fact]
    public void Dispose_TheReleaseThrows_IsNotReleasedAgain()
    {
        int calls = 0;
        var lease = new ResourceLease(ResourceRequirements.Of("gpu", 1), _ =>
        {
            calls++;
            throw new InvalidOperationException("No.");
        });

        Assert.Throws<InvalidOperationException>(lease.Dispose);
        lease.Dispose();

        Assert.Equal(1, calls);
    }
}
