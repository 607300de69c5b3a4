<div class="panel">
  <h3>{$supportbridge_title|escape:'html':'UTF-8'}</h3>
  {foreach from=$supportbridge_findings item=finding}
    <div class="alert {if $finding.well}alert-success{else}alert-warning{/if}"><bdi>{$finding.text|escape:'html':'UTF-8'}</bdi></div>
  {/foreach}
  <p class="help-block"><bdi>{$supportbridge_uninstall|escape:'html':'UTF-8'}</bdi></p>
</div>
{foreach from=$supportbridge_groups item=group}
<div class="panel">
  <h3><bdi>{$group.heading|escape:'html':'UTF-8'}</bdi></h3>
  {foreach from=$group.findings item=finding}
    <div class="alert {if $finding.well}alert-success{else}alert-warning{/if}"><bdi>{$finding.text|escape:'html':'UTF-8'}</bdi></div>
  {/foreach}
</div>
{/foreach}
