namespace AgentOrchestration.Resources;

/// <summary>Names of the resources that the library knows by itself.</summary>
public static class ResourceNames
{
    /// <summary>Processor time. Unit: thousandths of a core. Declared from the process's processor allowance.</summary>
    public const string Cpu = "cpu";

    /// <summary>Memory. Unit: MiB. Declared from the process's memory limit.</summary>
    public const string Memory = "memory";

    /// <summary>Graphics processors. Unit: devices. There is no such pool until the application declares it.</summary>
    public const string Gpu = "gpu";
}
