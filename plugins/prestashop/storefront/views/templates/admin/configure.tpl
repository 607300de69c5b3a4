<div class="panel">
  <h3>{$supportbridge_title|escape:'html':'UTF-8'}</h3>
  {foreach from=$supportbridge_findings item=finding}
    <div class="alert {if $finding.well}alert-success{else}alert-warning{/if}">{$finding.text|escape:'html':'UTF-8'}</div>
  {/foreach}
  <p class="help-block">{$supportbridge_uninstall|escape:'html':'UTF-8'}</p>
</div>
{foreach from=$supportbridge_groups item=group}
<div class="panel">
  <h3>{$group.heading|escape:'html':'UTF-8'}</h3>
  {foreach from=$group.findings item=finding}
    <div class="alert {if $finding.well}alert-success{else}alert-warning{/if}">{$finding.text|escape:'html':'UTF-8'}</div>
  {/foreach}
</div>
{/foreach}
